#include "EyebridgeSourceFactory.h"

#include "Eyebridge/Frame.h"
#include "EyebridgeReceiver.h"
#include "EyebridgeSource.h"
#include "Widgets/Input/SButton.h"
#include "Widgets/Input/SEditableTextBox.h"
#include "Widgets/SBoxPanel.h"
#include "Widgets/Text/STextBlock.h"

#define LOCTEXT_NAMESPACE "EyebridgeSourceFactory"

namespace
{
	FIPv4Endpoint DefaultEndpoint()
	{
		return FIPv4Endpoint(FIPv4Address(127, 0, 0, 1), Eyebridge::FramePort);
	}

	// An empty string is the default; false for what is no address and port.
	bool ParseEndpoint(const FString& ConnectionString, FIPv4Endpoint& Out)
	{
		Out = DefaultEndpoint();
		return ConnectionString.IsEmpty() || (FIPv4Endpoint::Parse(ConnectionString, Out) && Out.Port != 0);
	}
}

FText UEyebridgeSourceFactory::GetSourceDisplayName() const
{
	return LOCTEXT("Name", "eyebridge");
}

FText UEyebridgeSourceFactory::GetSourceTooltip() const
{
	return LOCTEXT("Tooltip", "The wearer's face and the light of their mood, from eyebridge");
}

TSharedPtr<SWidget> UEyebridgeSourceFactory::BuildCreationPanel(FOnLiveLinkSourceCreated OnLiveLinkSourceCreated) const
{
	const TSharedRef<FString> Typed = MakeShared<FString>(DefaultEndpoint().ToString());
	const auto OnCommitted = [Typed](const FText& Text, ETextCommit::Type) { *Typed = Text.ToString(); };
	const auto OnClicked = [this, Typed, OnLiveLinkSourceCreated]()
	{
		OnLiveLinkSourceCreated.ExecuteIfBound(CreateSource(*Typed), *Typed);
		return FReply::Handled();
	};
	return SNew(SVerticalBox)
		+ SVerticalBox::Slot().AutoHeight().Padding(4.0f)
		[
			SNew(STextBlock).Text(LOCTEXT("Explain", "Address and port to listen at"))
		]
		+ SVerticalBox::Slot().AutoHeight().Padding(4.0f)
		[
			SNew(SEditableTextBox).Text(FText::FromString(*Typed)).OnTextCommitted_Lambda(OnCommitted)
		]
		+ SVerticalBox::Slot().AutoHeight().Padding(4.0f)
		[
			SNew(SButton).Text(LOCTEXT("Add", "Add")).OnClicked_Lambda(OnClicked)
		];
}

TSharedPtr<ILiveLinkSource> UEyebridgeSourceFactory::CreateSource(const FString& ConnectionString) const
{
	FIPv4Endpoint Endpoint;
	const bool bUnderstood = ParseEndpoint(ConnectionString, Endpoint);
	return MakeShared<FEyebridgeSource>(bUnderstood ? FEyebridgeReceiver::Get(Endpoint) : nullptr);
}

#undef LOCTEXT_NAMESPACE
