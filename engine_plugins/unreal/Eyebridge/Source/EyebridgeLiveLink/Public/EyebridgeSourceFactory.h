#pragma once

#include "CoreMinimal.h"
#include "LiveLinkSourceFactory.h"

#include "EyebridgeSourceFactory.generated.h"

/** Adds eyebridge to Live Link's menu of sources. A connection string is address and port, as 127.0.0.1:13937. */
UCLASS()
class EYEBRIDGELIVELINK_API UEyebridgeSourceFactory : public ULiveLinkSourceFactory
{
	GENERATED_BODY()

public:
	virtual FText GetSourceDisplayName() const override;
	virtual FText GetSourceTooltip() const override;
	virtual EMenuType GetMenuType() const override { return EMenuType::SubPanel; }
	virtual TSharedPtr<SWidget> BuildCreationPanel(FOnLiveLinkSourceCreated OnLiveLinkSourceCreated) const override;
	virtual TSharedPtr<ILiveLinkSource> CreateSource(const FString& ConnectionString) const override;
};
