// Which of a mesh's morph targets shows which of a frame's values, by name. Everything here happens once, when a mesh is
// met; no frame passes through it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "Eyebridge/Export.h"
#include "Eyebridge/Frame.h"

namespace Eyebridge
{
	// One morph target's name and the values it shows the mean of; the second is -1 where there is one only.
	struct PresetRow
	{
		std::string_view Target;
		std::int16_t First;
		std::int16_t Second;
	};

	struct Preset
	{
		std::string_view Name;
		const PresetRow* Rows;
		std::size_t Count;

		const PresetRow* begin() const { return Rows; }
		const PresetRow* end() const { return Rows + Count; }
	};

	inline constexpr std::size_t PresetCount = 6;

	// ARKit, Unified Expressions, MetaHuman, VRoid, VRM and Ready Player Me: the ones that say most come first. Avatars of
	// VRoid Studio and Ready Player Me that were made with ARKit's shapes are found as ARKit.
	EYEBRIDGECORE_API const Preset& PresetAt(std::size_t Index);

	// How names on a mesh may differ from those of a preset.
	struct NameRule
	{
		bool bIgnoreCase = true;

		// Whether anything may stand before the name that ends in a sign between words, as in "Face.eyeBlinkLeft" and
		// "head_eyeBlinkLeft".
		bool bAllowPrefix = true;
	};

	EYEBRIDGECORE_API bool IsNamed(std::string_view OnMesh, std::string_view Wanted, const NameRule& Rule);

	// Index among a frame's values of one of ARKit's weights or one of the emotions by its name on the wire, whatever its
	// case; -1 for any other name.
	EYEBRIDGECORE_API std::int16_t FindValue(std::string_view Name);
}
