#include "EyebridgeFaceDriver.h"

#include "Animation/MorphTarget.h"
#include "Components/SkeletalMeshComponent.h"
#include "Containers/StringConv.h"
#include "Engine/SkeletalMesh.h"
#include "Eyebridge/Mapping.h"

namespace
{
	std::string_view ViewOf(const FTCHARToUTF8& Text)
	{
		return std::string_view(reinterpret_cast<const char*>(Text.Get()), static_cast<SIZE_T>(Text.Length()));
	}

	bool IsNamed(const FString& OnMesh, const FName& Wanted, const Eyebridge::NameRule& Rule)
	{
		const FTCHARToUTF8 A(*OnMesh);
		const FTCHARToUTF8 B(*Wanted.ToString());
		return Eyebridge::IsNamed(ViewOf(A), ViewOf(B), Rule);
	}

	int16 FindValue(const FName& Name)
	{
		const FTCHARToUTF8 Text(*Name.ToString());
		return Name.IsNone() ? int16(-1) : Eyebridge::FindValue(ViewOf(Text));
	}
}

FEyebridgeFaceDriver::FEyebridgeFaceDriver(USkeletalMeshComponent& InMesh, const UEyebridgeMapping* InMapping)
	: Mesh(&InMesh), Asset(InMesh.GetSkeletalMeshAsset()), Mapping(InMapping)
{
	if (InMapping != nullptr)
	{
		MappingRevision = InMapping->GetRevision();
		Bind(InMapping->Shapes, InMapping->bIgnoreCase, InMapping->bAllowPrefix);
		return;
	}
	SIZE_T Best = 0;
	int32 MostMoved = 0;
	for (SIZE_T Index = 0; Index < Eyebridge::PresetCount; ++Index)
	{
		Bind(UEyebridgeMapping::ShapesOf(static_cast<EEyebridgePreset>(Index)), true, true);
		if (Moved.Num() > MostMoved)
		{
			Best = Index;
			MostMoved = Moved.Num();
		}
	}
	Bind(UEyebridgeMapping::ShapesOf(static_cast<EEyebridgePreset>(Best)), true, true);
}

void FEyebridgeFaceDriver::Bind(const TArray<FEyebridgeShape>& Shapes, bool bIgnoreCase, bool bAllowPrefix)
{
	Morphs.Reset();
	Moved.Reset();
	Missing.Reset();
	Unused.Reset();
	if (!Asset.IsValid())
	{
		return;
	}
	for (const UMorphTarget* Target : Asset->GetMorphTargets())
	{
		Unused.Add(Target->GetName());
	}
	const Eyebridge::NameRule Rule{bIgnoreCase, bAllowPrefix};
	for (const FEyebridgeShape& Shape : Shapes)
	{
		const int16 First = FindValue(Shape.Value);
		const int32 Found = First < 0 ? INDEX_NONE
									  : Unused.IndexOfByPredicate([&Shape, &Rule](const FString& OnMesh)
											{ return IsNamed(OnMesh, Shape.MorphTarget, Rule); });
		if (Found == INDEX_NONE)
		{
			Missing.Add(Shape.MorphTarget.ToString());
			continue;
		}
		const FName Name(*Unused[Found]);
		const FRichCurve* Curve = Shape.Curve.GetRichCurveConst();
		Morphs.Add({Name, First, FindValue(Shape.SecondValue), Shape.Gain, Curve != nullptr ? *Curve : FRichCurve(), Mesh->GetMorphTarget(Name)});
		Moved.Add(Unused[Found]);
		Unused.RemoveAt(Found);
	}
}

bool FEyebridgeFaceDriver::IsCurrent() const
{
	const uint32 Revision = Mapping.IsValid() ? Mapping->GetRevision() : 0;
	return Mesh.IsValid() && Asset.Get() == Mesh->GetSkeletalMeshAsset() && Revision == MappingRevision;
}

void FEyebridgeFaceDriver::Apply(const Eyebridge::FrameValues& Values)
{
	USkeletalMeshComponent* Component = Mesh.Get();
	if (Component == nullptr)
	{
		return;
	}
	for (const FMorph& Morph : Morphs)
	{
		float Value = Values[static_cast<SIZE_T>(Morph.First)];
		if (Morph.Second >= 0)
		{
			Value = 0.5f * (Value + Values[static_cast<SIZE_T>(Morph.Second)]);
		}
		Value *= Morph.Gain;
		Component->SetMorphTarget(Morph.Name, Morph.Curve.GetNumKeys() > 0 ? Morph.Curve.Eval(Value) : Value);
	}
}

void FEyebridgeFaceDriver::Restore()
{
	USkeletalMeshComponent* Component = Mesh.Get();
	if (Component == nullptr)
	{
		return;
	}
	for (const FMorph& Morph : Morphs)
	{
		Component->SetMorphTarget(Morph.Name, Morph.Own);
	}
}
