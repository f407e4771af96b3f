// Core: numbers, names, texts, containers, pointers, time.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#ifndef STUB_UE
#error "say which engine the stand-ins stand in for, as -DSTUB_UE=503"
#endif

#define WITH_EDITOR 1
#define check(Condition) ((Condition) ? void() : std::abort())
#define TEXT(Quoted) u##Quoted
#define INDEX_NONE (-1)

using int16 = std::int16_t;
using int32 = std::int32_t;
using uint8 = std::uint8_t;
using uint16 = std::uint16_t;
using uint32 = std::uint32_t;
using uint64 = std::uint64_t;
using SIZE_T = std::size_t;
using TCHAR = char16_t;
using ANSICHAR = char;

template <class T>
std::remove_reference_t<T>&& MoveTemp(T&& Value)
{
	return static_cast<std::remove_reference_t<T>&&>(Value);
}

inline bool IsInGameThread()
{
	return true;
}

template <class T>
class TArray
{
public:
	TArray() = default;
	TArray(std::initializer_list<T> Given) : Items(Given) {}

	int32 Num() const { return static_cast<int32>(Items.size()); }
	T& operator[](int32 Index) { return Items.at(static_cast<SIZE_T>(Index)); }
	const T& operator[](int32 Index) const { return Items.at(static_cast<SIZE_T>(Index)); }
	int32 Add(T Item)
	{
		Items.push_back(std::move(Item));
		return Num() - 1;
	}
	int32 AddUnique(const T& Item)
	{
		const auto Found = std::find(Items.begin(), Items.end(), Item);
		return Found == Items.end() ? Add(Item) : static_cast<int32>(Found - Items.begin());
	}
	T& AddDefaulted_GetRef() { return Items.emplace_back(); }
	template <class... Args>
	T& Emplace_GetRef(Args&&... Given)
	{
		return Items.emplace_back(std::forward<Args>(Given)...);
	}
	void Append(const TArray& Other) { Items.insert(Items.end(), Other.Items.begin(), Other.Items.end()); }
	void Append(const T* Data, int32 Count) { Items.insert(Items.end(), Data, Data + Count); }
	void Reset() { Items.clear(); }
	void RemoveAt(int32 Index) { Items.erase(Items.begin() + Index); }
	template <class F>
	int32 RemoveAll(const F& IsUnwanted)
	{
		const auto Before = Num();
		Items.erase(std::remove_if(Items.begin(), Items.end(), IsUnwanted), Items.end());
		return Before - Num();
	}
	template <class F>
	int32 IndexOfByPredicate(F IsWanted) const
	{
		const auto Found = std::find_if(Items.begin(), Items.end(), IsWanted);
		return Found == Items.end() ? INDEX_NONE : static_cast<int32>(Found - Items.begin());
	}
	template <class F>
	bool ContainsByPredicate(F IsWanted) const
	{
		return IndexOfByPredicate(IsWanted) != INDEX_NONE;
	}
	auto begin() { return Items.begin(); }
	auto end() { return Items.end(); }
	auto begin() const { return Items.begin(); }
	auto end() const { return Items.end(); }

private:
	std::vector<T> Items;
};

class FString
{
public:
	FString() = default;
	FString(const TCHAR* Text) : Held(Text) {}
	const TCHAR* operator*() const { return Held.c_str(); }
	bool IsEmpty() const { return Held.empty(); }
	friend bool operator==(const FString& A, const FString& B) { return A.Held == B.Held; }

private:
	std::u16string Held;
};

// Enough for names, which are ASCII.
namespace Stub
{
	inline std::string Narrow(const TCHAR* Text)
	{
		std::string Out;
		for (; *Text != 0; ++Text)
		{
			Out.push_back(*Text < 0x80 ? static_cast<char>(*Text) : '?');
		}
		return Out;
	}

	inline FString Widen(const std::string& Text)
	{
		return FString(std::u16string(Text.begin(), Text.end()).c_str());
	}
}

class FTCHARToUTF8
{
public:
	explicit FTCHARToUTF8(const TCHAR* Text) : Held(Stub::Narrow(Text)) {}
	const ANSICHAR* Get() const { return Held.c_str(); }
	int32 Length() const { return static_cast<int32>(Held.size()); }

private:
	std::string Held;
};

class FAnsiStringView
{
public:
	FAnsiStringView(const ANSICHAR* Data, int32 Size) : Held(Data, static_cast<SIZE_T>(Size)) {}
	std::string Held;
};

// Compares without case and keeps the case, as the engine's editor does.
class FName
{
public:
	FName() = default;
	FName(const TCHAR* Text) : Held(Stub::Narrow(Text)) {}
	explicit FName(FAnsiStringView Text) : Held(Text.Held) {}
	FString ToString() const { return Stub::Widen(Held); }
	bool IsNone() const { return Lower() == "none"; }
	friend bool operator==(const FName& A, const FName& B) { return A.Lower() == B.Lower(); }

private:
	std::string Lower() const
	{
		std::string Out = Held;
		std::transform(Out.begin(), Out.end(), Out.begin(),
			[](char Letter) { return Letter >= 'A' && Letter <= 'Z' ? static_cast<char>(Letter + 32) : Letter; });
		return Out;
	}

	std::string Held = "None";
};

class FText
{
public:
	static FText GetEmpty() { return {}; }
	static FText FromString(const FString& Text)
	{
		FText Made;
		Made.Held = Text;
		return Made;
	}
	static FText AsNumber(uint64 Number) { return FromString(Stub::Widen(std::to_string(Number))); }
	template <class... Args>
	static FText Format(FText Pattern, Args...)
	{
		static_assert((std::is_same_v<Args, FText> && ...));
		return Pattern;
	}
	const FString& ToString() const { return Held; }

private:
	FString Held;
};

#define LOCTEXT(Key, Text) FText::FromString(FString(u##Text))

struct FGuid
{
	uint32 A = 0;
};

struct FColor
{
	uint8 B = 255, G = 255, R = 255, A = 255;
	FColor() = default;
	FColor(uint8 InR, uint8 InG, uint8 InB, uint8 InA = 255) : B(InB), G(InG), R(InR), A(InA) {}
	friend bool operator==(const FColor& X, const FColor& Y) { return X.R == Y.R && X.G == Y.G && X.B == Y.B && X.A == Y.A; }
};

struct FLinearColor
{
	static const FLinearColor White;
	float R = 0, G = 0, B = 0, A = 0;
	FLinearColor() = default;
	FLinearColor(float InR, float InG, float InB, float InA = 1.0f) : R(InR), G(InG), B(InB), A(InA) {}
	FLinearColor(const FColor& Color); // from sRGB, as the engine does
	FColor ToFColor(bool bSRGB) const;
	friend bool operator==(const FLinearColor& X, const FLinearColor& Y)
	{
		return X.R == Y.R && X.G == Y.G && X.B == Y.B && X.A == Y.A;
	}
};

enum class ESPMode : uint8
{
	NotThreadSafe,
	ThreadSafe,
};

template <class T, ESPMode Mode = ESPMode::ThreadSafe>
class TSharedRef
{
public:
	explicit TSharedRef(std::shared_ptr<T> Given) : Held(std::move(Given)) {}
	T& operator*() const { return *Held; }
	T* operator->() const { return Held.get(); }
	std::shared_ptr<T> Held;
};

template <class T, ESPMode Mode = ESPMode::ThreadSafe>
class TSharedPtr
{
public:
	TSharedPtr() = default;
	TSharedPtr(std::nullptr_t) {}
	explicit TSharedPtr(std::shared_ptr<T> Given) : Held(std::move(Given)) {}
	template <class U>
	TSharedPtr(const TSharedRef<U, Mode>& Other) : Held(Other.Held)
	{
	}
	bool IsValid() const { return Held != nullptr; }
	T& operator*() const { return *Held; }
	T* operator->() const { return Held.get(); }
	void Reset() { Held.reset(); }
	std::shared_ptr<T> Held;
};

template <class T, ESPMode Mode = ESPMode::ThreadSafe>
class TWeakPtr
{
public:
	TWeakPtr(const TSharedPtr<T, Mode>& Of) : Held(Of.Held) {}
	bool IsValid() const { return !Held.expired(); }
	TSharedPtr<T, Mode> Pin() const { return TSharedPtr<T, Mode>(Held.lock()); }

private:
	std::weak_ptr<T> Held;
};

template <class T, class... Args>
TSharedRef<T> MakeShared(Args&&... Given)
{
	return TSharedRef<T>(std::make_shared<T>(std::forward<Args>(Given)...));
}

template <class T>
TSharedPtr<T> MakeShareable(T* Given)
{
	return TSharedPtr<T>(std::shared_ptr<T>(Given));
}

// Of a type that may be incomplete where it is declared.
template <class T>
class TPimplPtr
{
public:
	TPimplPtr() = default;
	explicit TPimplPtr(std::shared_ptr<T> Given) : Held(std::move(Given)) {}
	bool IsValid() const { return Held != nullptr; }
	T* operator->() const { return Held.get(); }
	void Reset() { Held.reset(); }

private:
	std::shared_ptr<T> Held;
};

template <class T>
TPimplPtr<T> MakePimpl()
{
	return TPimplPtr<T>(std::make_shared<T>());
}

class FCriticalSection
{
public:
	void Lock() { Held.lock(); }
	void Unlock() { Held.unlock(); }

private:
	std::mutex Held;
};

class FScopeLock
{
public:
	explicit FScopeLock(FCriticalSection* InMutex) : Mutex(InMutex) { Mutex->Lock(); }
	~FScopeLock() { Mutex->Unlock(); }
	FScopeLock(const FScopeLock&) = delete;
	FScopeLock& operator=(const FScopeLock&) = delete;

private:
	FCriticalSection* Mutex;
};

// Stands still until a test moves it.
struct FPlatformTime
{
	static inline std::atomic<double> Now{100.0};
	static double Seconds() { return Now; }
};

class FTimespan
{
public:
	static FTimespan FromMilliseconds(double Milliseconds) { return FTimespan(Milliseconds); }
	double GetTotalMilliseconds() const { return Held; }

private:
	explicit FTimespan(double Milliseconds) : Held(Milliseconds) {}
	double Held;
};

namespace Stub
{
	// How often something was logged.
	inline std::atomic<int> Logged{0};

	// Narrow quotes and objects in the place of text do not compile.
	template <class... Args>
	void Log(const TCHAR*, Args...)
	{
		static_assert(((std::is_same_v<Args, const TCHAR*> || std::is_arithmetic_v<Args>) && ...));
		++Logged;
	}
}

enum class EStubLogLevel
{
	Log,
	Warning,
	Error,
	All,
};

#define DECLARE_LOG_CATEGORY_EXTERN(Name, Default, Compiled) \
	extern int Name; \
	static_assert(EStubLogLevel::Default != EStubLogLevel::All)
#define DEFINE_LOG_CATEGORY(Name) int Name = 0
#define UE_LOG(Category, Level, ...) \
	do \
	{ \
		++Category; \
		static_cast<void>(EStubLogLevel::Level); \
		Stub::Log(__VA_ARGS__); \
	} while (false)

class FDefaultModuleImpl
{
};
#define IMPLEMENT_MODULE(Class, Name) \
	extern "C" void* Start##Name(); \
	void* Start##Name() \
	{ \
		return new Class(); \
	}

class FDelegateHandle
{
public:
	int Number = 0;
};
