#include "EyebridgeMapping.h"

#include "Eyebridge/Mapping.h"
#include "EyebridgeNames.h"

void UEyebridgeMapping::FillFromPreset()
{
	Modify();
	Shapes = ShapesOf(Preset);
	++Revision;
}

TArray<FEyebridgeShape> UEyebridgeMapping::ShapesOf(EEyebridgePreset Preset)
{
	TArray<FEyebridgeShape> Shapes;
	for (const Eyebridge::PresetRow& Row : Eyebridge::PresetAt(static_cast<SIZE_T>(Preset)))
	{
		FEyebridgeShape& Shape = Shapes.AddDefaulted_GetRef();
		Shape.MorphTarget = EyebridgeNames::FromCore(Row.Target);
		Shape.Value = EyebridgeNames::OfValue(Row.First);
		Shape.SecondValue = EyebridgeNames::OfValue(Row.Second);
	}
	return Shapes;
}

#if WITH_EDITOR
void UEyebridgeMapping::PostEditChangeProperty(FPropertyChangedEvent& PropertyChangedEvent)
{
	Super::PostEditChangeProperty(PropertyChangedEvent);
	++Revision;
}
#endif
