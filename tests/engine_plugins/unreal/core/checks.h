// The smallest test runner that says what failed and where: a TEST registers itself, a CHECK counts.
#pragma once

#include <cmath>
#include <cstdio>

namespace Checks
{
	struct Test
	{
		const char* Name;
		void (*Run)();
		Test* Next;
	};

	inline Test* First = nullptr;
	inline int Failed = 0;
	inline int Checked = 0;

	inline bool Add(Test& Added)
	{
		Added.Next = First;
		First = &Added;
		return true;
	}

	inline void Check(bool bRight, const char* What, const char* File, int Line)
	{
		++Checked;
		if (!bRight)
		{
			++Failed;
			std::printf("%s:%d: not so: %s\n", File, Line, What);
		}
	}

	// Runs everything; returns the program's exit status.
	inline int RunAll()
	{
		int Tests = 0;
		for (const Test* Each = First; Each != nullptr; Each = Each->Next, ++Tests)
		{
			const int Before = Failed;
			Each->Run();
			if (Failed > Before)
			{
				std::printf("FAILED %s\n", Each->Name);
			}
		}
		std::printf("%d tests, %d checks, %d failed\n", Tests, Checked, Failed);
		return Failed == 0 && Tests > 0 ? 0 : 1;
	}

	inline bool Near(float A, float B, float Within = 1e-5f)
	{
		return std::fabs(A - B) <= Within;
	}
}

#define TEST(Name) \
	static void Name(); \
	static Checks::Test Name##Entry{#Name, &Name, nullptr}; \
	static const bool Name##Added = Checks::Add(Name##Entry); \
	static void Name()

#define CHECK(Condition) Checks::Check((Condition), #Condition, __FILE__, __LINE__)
