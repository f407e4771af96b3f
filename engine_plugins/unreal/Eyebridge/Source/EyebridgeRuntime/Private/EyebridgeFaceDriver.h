#pragma once

#include "CoreMinimal.h"
#include "Curves/RichCurve.h"
#include "Eyebridge/Frame.h"
#include "EyebridgeMapping.h"
#include "UObject/WeakObjectPtr.h"

class USkeletalMesh;
class USkeletalMeshComponent;

// Moves the morph targets of one mesh, and gives them back as they were.
class FEyebridgeFaceDriver
{
public:
	// Finds out which of the mesh's morph targets show something: by the mapping, or without one by the preset that knows
	// most of their names.
	FEyebridgeFaceDriver(USkeletalMeshComponent& InMesh, const UEyebridgeMapping* InMapping);

	// Whether mesh and mapping are still those that this driver was made for.
	bool IsCurrent() const;

	void Apply(const Eyebridge::FrameValues& Values);
	void Restore();

	// Morph targets that are moved, ours that the mesh has not, and the mesh's that nothing moves: for the artist to read.
	TArray<FString> Moved;
	TArray<FString> Missing;
	TArray<FString> Unused;

private:
	struct FMorph
	{
		FName Name;
		int16 First;
		int16 Second;
		float Gain;
		FRichCurve Curve;

		// Its weight when it was met.
		float Own;
	};

	void Bind(const TArray<FEyebridgeShape>& Shapes, bool bIgnoreCase, bool bAllowPrefix);

	TWeakObjectPtr<USkeletalMeshComponent> Mesh;
	TWeakObjectPtr<USkeletalMesh> Asset;
	TWeakObjectPtr<const UEyebridgeMapping> Mapping;
	uint32 MappingRevision = 0;
	TArray<FMorph> Morphs;
};
