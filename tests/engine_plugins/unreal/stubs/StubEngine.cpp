// Colours between bytes and linear light, as IEC 61966-2-1 defines sRGB.
#include <cmath>

#include "StubCore.h"

namespace
{
	float ToLinear(uint8 Byte)
	{
		const float X = static_cast<float>(Byte) / 255.0f;
		return X <= 0.04045f ? X / 12.92f : std::pow((X + 0.055f) / 1.055f, 2.4f);
	}

	uint8 ToByte(float Linear, bool bSRGB)
	{
		const float X = std::clamp(Linear, 0.0f, 1.0f);
		const float Y = !bSRGB ? X : X <= 0.0031308f ? X * 12.92f : 1.055f * std::pow(X, 1.0f / 2.4f) - 0.055f;
		return static_cast<uint8>(std::floor(Y * 255.999f));
	}
}

const FLinearColor FLinearColor::White(1.0f, 1.0f, 1.0f);

FLinearColor::FLinearColor(const FColor& Color)
	: R(ToLinear(Color.R)), G(ToLinear(Color.G)), B(ToLinear(Color.B)), A(static_cast<float>(Color.A) / 255.0f)
{
}

FColor FLinearColor::ToFColor(bool bSRGB) const
{
	return FColor(ToByte(R, bSRGB), ToByte(G, bSRGB), ToByte(B, bSRGB), static_cast<uint8>(std::floor(A * 255.999f)));
}
