// Threads that really run.
#pragma once

#include <thread>

#include "StubCore.h"

class FRunnable
{
public:
	virtual bool Init() { return true; }
	virtual uint32 Run() = 0;
	virtual void Stop() {}
	virtual void Exit() {}
	virtual ~FRunnable() = default;
};

class FRunnableThread
{
public:
	static FRunnableThread* Create(FRunnable* Runnable, const TCHAR*, uint32 = 0) { return new FRunnableThread(Runnable); }
	bool Kill(bool bShouldWait)
	{
		Runnable->Stop();
		if (bShouldWait && Thread.joinable())
		{
			Thread.join();
		}
		return true;
	}
	~FRunnableThread() { Kill(true); }

private:
	explicit FRunnableThread(FRunnable* InRunnable) : Runnable(InRunnable), Thread([InRunnable] { InRunnable->Run(); }) {}
	FRunnable* Runnable;
	std::thread Thread;
};
