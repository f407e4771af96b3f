// Slate's way of writing widgets, without any widgets.
#pragma once

#include <functional>

#include "StubCore.h"

namespace ETextCommit
{
	enum Type
	{
		Default,
		OnEnter,
	};
}

class FReply
{
public:
	static FReply Handled() { return {}; }
};

class SWidget
{
public:
	virtual ~SWidget() = default;
	std::vector<std::shared_ptr<SWidget>> StubChildren;
	std::function<void(const FText&, ETextCommit::Type)> StubCommit;
	std::function<FReply()> StubClick;
};

class STextBlock : public SWidget
{
public:
	struct FArguments
	{
		FArguments& Text(const FText&) { return *this; }
		void StubFill(SWidget&) const {}
	};
};

class SEditableTextBox : public SWidget
{
public:
	struct FArguments
	{
		FArguments& Text(const FText&) { return *this; }
		template <class F>
		FArguments& OnTextCommitted_Lambda(F Do)
		{
			Commit = Do;
			return *this;
		}
		void StubFill(SWidget& Widget) const { Widget.StubCommit = Commit; }
		std::function<void(const FText&, ETextCommit::Type)> Commit;
	};
};

class SButton : public SWidget
{
public:
	struct FArguments
	{
		FArguments& Text(const FText&) { return *this; }
		template <class F>
		FArguments& OnClicked_Lambda(F Do)
		{
			Click = Do;
			return *this;
		}
		void StubFill(SWidget& Widget) const { Widget.StubClick = Click; }
		std::function<FReply()> Click;
	};
};

class SVerticalBox : public SWidget
{
public:
	struct FSlotArguments
	{
		FSlotArguments& AutoHeight() { return *this; }
		FSlotArguments& Padding(float) { return *this; }
		template <class T>
		FSlotArguments& operator[](const TSharedRef<T>& Child)
		{
			Held = Child.Held;
			return *this;
		}
		std::shared_ptr<SWidget> Held;
	};
	static FSlotArguments Slot() { return {}; }
	struct FArguments
	{
		FArguments& operator+(const FSlotArguments& Slot)
		{
			Children.push_back(Slot.Held);
			return *this;
		}
		void StubFill(SWidget& Widget) const { Widget.StubChildren = Children; }
		std::vector<std::shared_ptr<SWidget>> Children;
	};
};

// As in the engine, everything that is written behind SNew binds before this operator does.
template <class T>
struct TStubNew
{
	TSharedRef<T> operator<<=(const typename T::FArguments& Arguments) const
	{
		const TSharedRef<T> Made = MakeShared<T>();
		Arguments.StubFill(*Made);
		return Made;
	}
};

#define SNew(Widget) TStubNew<Widget>() <<= Widget::FArguments()
