// Objects, references to them, curves, assets.
#pragma once

#include <functional>

#include "StubCore.h"

// The header tool's words; what it would write for a class or a struct comes from the test, by file and line.
#define UCLASS(...)
#define USTRUCT(...)
#define UENUM(...)
#define UPROPERTY(...)
#define UFUNCTION(...)
#define UMETA(...)
#define STUB_JOIN_AGAIN(A, B, C) A##_##B##_##C
#define STUB_JOIN(A, B, C) STUB_JOIN_AGAIN(A, B, C)
#define GENERATED_BODY() STUB_JOIN(GENERATED, CURRENT_FILE_ID, __LINE__)

class UClass
{
};
class UScriptStruct
{
};
struct FPropertyChangedEvent
{
};
class FObjectPreSaveContext
{
};

class UObject
{
public:
	virtual ~UObject() = default;
	static UClass* StaticClass()
	{
		static UClass Class;
		return &Class;
	}
	FString GetName() const { return StubName; }
	bool Modify(bool = true) { return true; }
#if WITH_EDITOR
	virtual void PostEditChangeProperty(FPropertyChangedEvent&) {}
#endif
	FString StubName;

	// What weak pointers know of an object.
	std::shared_ptr<int> StubLife = std::make_shared<int>(0);
};

template <class To, class From>
To* Cast(From* Object)
{
	return dynamic_cast<To*>(Object);
}

template <class T>
class TSubclassOf
{
public:
	TSubclassOf(UClass* InClass) : Class(InClass) {}
	UClass* Get() const { return Class; }

private:
	UClass* Class;
};

template <class T>
class TObjectPtr
{
public:
	TObjectPtr(T* InObject = nullptr) : Object(InObject) {}
	operator T*() const { return Object; }
	T* operator->() const { return Object; }
	T* Get() const { return Object; }

private:
	T* Object;
};

template <class T>
class TWeakObjectPtr
{
public:
	TWeakObjectPtr(T* InObject = nullptr) : Object(InObject) {}
	bool IsValid() const { return Get() != nullptr; }
	T* Get() const
	{
		// The engine needs the whole type too where an object is asked for.
		if (!bWatching && Object != nullptr)
		{
			Life = Object->StubLife;
			bWatching = true;
		}
		return bWatching && Life.expired() ? nullptr : Object;
	}
	T* operator->() const { return Get(); }

private:
	T* Object;
	mutable std::weak_ptr<int> Life;
	mutable bool bWatching = false;
};

class FStubObjectPreSave
{
public:
	template <class T>
	FDelegateHandle AddUObject(T* Object, void (T::*Method)(UObject*, FObjectPreSaveContext))
	{
		++Count;
		Entries.emplace_back(Count, [Object, Method] { (Object->*Method)(nullptr, {}); });
		return FDelegateHandle{Count};
	}
	bool Remove(FDelegateHandle Handle)
	{
		const auto Before = Entries.size();
		Entries.erase(std::remove_if(Entries.begin(), Entries.end(),
						  [Handle](const auto& Entry) { return Entry.first == Handle.Number; }),
			Entries.end());
		return Entries.size() < Before;
	}
	void StubBroadcast()
	{
		for (const auto& Entry : Entries)
		{
			Entry.second();
		}
	}

private:
	int Count = 0;
	std::vector<std::pair<int, std::function<void()>>> Entries;
};

struct FCoreUObjectDelegates
{
	using FOnObjectPreSave = FStubObjectPreSave;
	static inline FOnObjectPreSave OnObjectPreSave;
};

// Straight lines between keys.
struct FRichCurve
{
	int32 GetNumKeys() const { return static_cast<int32>(StubKeys.size()); }
	float Eval(float Time, float = 0.0f) const
	{
		for (SIZE_T N = 1; N < StubKeys.size(); ++N)
		{
			const auto& [From, Low] = StubKeys[N - 1];
			const auto& [To, High] = StubKeys[N];
			if (Time <= To)
			{
				return Low + (High - Low) * std::max(0.0f, (Time - From) / (To - From));
			}
		}
		return StubKeys.back().second;
	}
	std::vector<std::pair<float, float>> StubKeys;
};

struct FRuntimeFloatCurve
{
	FRichCurve EditorCurveData;
	FRichCurve* GetRichCurve() { return &EditorCurveData; }
	const FRichCurve* GetRichCurveConst() const { return &EditorCurveData; }
};

class UDataAsset : public UObject
{
};
