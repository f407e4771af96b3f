using System;
using System.Collections.Generic;
using System.Globalization;

namespace Eyebridge
{
    /// <summary>One line of a preset: a weight of ours drives a blendshape of the avatar's.</summary>
    public struct PresetRule
    {
        public readonly string Source;
        public readonly string Target;

        /// <summary>Several rules with one target add up, so two sides that share a shape give a half each.</summary>
        public readonly float Gain;

        public PresetRule(string source, string target, float gain)
        {
            Source = source;
            Target = target;
            Gain = gain;
        }
    }

    /// <summary>What a family of avatars calls its blendshapes.</summary>
    public sealed class Preset
    {
        // A line is "source target gain", the gain 1 where it is left out. {s} stands for Left and for Right, {l} for L
        // and for R.
        const string VrmClips = @"
            eyeBlink{s} Blink_{l}
            eyeLookUpLeft LookUp 0.5
            eyeLookUpRight LookUp 0.5
            eyeLookDownLeft LookDown 0.5
            eyeLookDownRight LookDown 0.5
            eyeLookOutLeft LookLeft 0.5
            eyeLookInRight LookLeft 0.5
            eyeLookInLeft LookRight 0.5
            eyeLookOutRight LookRight 0.5
            mouthSmile{s} Joy 0.5
            browDown{s} Angry 0.5
            mouthFrown{s} Sorrow 0.5
            jawOpen A
            mouthStretch{s} I 0.5
            mouthPucker U
            mouthFunnel O";

        const string Vrm1Clips = @"
            eyeBlink{s} blink{s}
            eyeLookUpLeft lookUp 0.5
            eyeLookUpRight lookUp 0.5
            eyeLookDownLeft lookDown 0.5
            eyeLookDownRight lookDown 0.5
            eyeLookOutLeft lookLeft 0.5
            eyeLookInRight lookLeft 0.5
            eyeLookInLeft lookRight 0.5
            eyeLookOutRight lookRight 0.5
            mouthSmile{s} happy 0.5
            browDown{s} angry 0.5
            mouthFrown{s} sad 0.5
            eyeWide{s} surprised 0.5
            jawOpen aa
            mouthStretch{s} ih 0.5
            mouthPucker ou
            mouthFunnel oh";

        const string VRoidShapes = @"
            eyeBlink{s} Fcl_EYE_Close_{l}
            eyeWide{s} Fcl_EYE_Spread 0.5
            eyeSquint{s} Fcl_EYE_Joy_{l} 0.5
            browDown{s} Fcl_BRW_Angry 0.5
            browInnerUp Fcl_BRW_Sorrow 0.5
            browOuterUp{s} Fcl_BRW_Surprised 0.5
            jawOpen Fcl_MTH_A
            mouthStretch{s} Fcl_MTH_I 0.5
            mouthPucker Fcl_MTH_U
            mouthFunnel Fcl_MTH_O
            mouthSmile{s} Fcl_MTH_Fun 0.5
            mouthFrown{s} Fcl_MTH_Down 0.5";

        // Avatars that were exported without ARKit's shapes.
        const string ReadyPlayerMeShapes = @"
            eyeBlink{s} eyesClosed 0.5
            eyeLookUp{s} eyesLookUp 0.5
            eyeLookDown{s} eyesLookDown 0.5
            jawOpen mouthOpen
            mouthSmile{s} mouthSmile 0.5";

        const string MetaHumanControls = @"
            eyeBlink{s} CTRL_expressions_eyeBlink{l}
            eyeLookUp{s} CTRL_expressions_eyeLookUp{l}
            eyeLookDown{s} CTRL_expressions_eyeLookDown{l}
            eyeLookOutLeft CTRL_expressions_eyeLookLeftL
            eyeLookInLeft CTRL_expressions_eyeLookRightL
            eyeLookInRight CTRL_expressions_eyeLookLeftR
            eyeLookOutRight CTRL_expressions_eyeLookRightR
            eyeSquint{s} CTRL_expressions_eyeSquintInner{l}
            eyeWide{s} CTRL_expressions_eyeWiden{l}
            browDown{s} CTRL_expressions_browDown{l}
            browDown{s} CTRL_expressions_browLateral{l}
            browInnerUp CTRL_expressions_browRaiseInL
            browInnerUp CTRL_expressions_browRaiseInR
            browOuterUp{s} CTRL_expressions_browRaiseOuter{l}
            cheekSquint{s} CTRL_expressions_eyeCheekRaise{l}
            cheekPuff CTRL_expressions_mouthCheekBlowL
            cheekPuff CTRL_expressions_mouthCheekBlowR
            noseSneer{s} CTRL_expressions_noseWrinkle{l}
            jawOpen CTRL_expressions_jawOpen
            jawForward CTRL_expressions_jawFwd
            jawLeft CTRL_expressions_jawLeft
            jawRight CTRL_expressions_jawRight
            mouthLeft CTRL_expressions_mouthLeft
            mouthRight CTRL_expressions_mouthRight
            mouthSmile{s} CTRL_expressions_mouthCornerPull{l}
            mouthFrown{s} CTRL_expressions_mouthCornerDepress{l}
            mouthDimple{s} CTRL_expressions_mouthDimple{l}
            mouthStretch{s} CTRL_expressions_mouthStretch{l}
            mouthUpperUp{s} CTRL_expressions_mouthUpperLipRaise{l}
            mouthLowerDown{s} CTRL_expressions_mouthLowerLipDepress{l}
            mouthPress{s} CTRL_expressions_mouthPressU{l}
            mouthPress{s} CTRL_expressions_mouthPressD{l}
            mouthFunnel CTRL_expressions_mouthFunnelUL
            mouthFunnel CTRL_expressions_mouthFunnelUR
            mouthFunnel CTRL_expressions_mouthFunnelDL
            mouthFunnel CTRL_expressions_mouthFunnelDR
            mouthPucker CTRL_expressions_mouthLipsPurseUL
            mouthPucker CTRL_expressions_mouthLipsPurseUR
            mouthPucker CTRL_expressions_mouthLipsPurseDL
            mouthPucker CTRL_expressions_mouthLipsPurseDR
            mouthClose CTRL_expressions_mouthLipsTogetherUL
            mouthClose CTRL_expressions_mouthLipsTogetherUR
            mouthClose CTRL_expressions_mouthLipsTogetherDL
            mouthClose CTRL_expressions_mouthLipsTogetherDR
            mouthRollUpper CTRL_expressions_mouthUpperLipRollInL
            mouthRollUpper CTRL_expressions_mouthUpperLipRollInR
            mouthRollLower CTRL_expressions_mouthLowerLipRollInL
            mouthRollLower CTRL_expressions_mouthLowerLipRollInR
            tongueOut CTRL_expressions_tongueOut";

        const string UnifiedShapes = @"
            eyeBlink{s} EyeClosed{s}
            eyeLookUp{s} EyeLookUp{s}
            eyeLookDown{s} EyeLookDown{s}
            eyeLookIn{s} EyeLookIn{s}
            eyeLookOut{s} EyeLookOut{s}
            eyeSquint{s} EyeSquint{s}
            eyeWide{s} EyeWide{s}
            browDown{s} BrowPinch{s}
            browDown{s} BrowLowerer{s}
            browInnerUp BrowInnerUpLeft
            browInnerUp BrowInnerUpRight
            browOuterUp{s} BrowOuterUp{s}
            cheekSquint{s} CheekSquint{s}
            cheekPuff CheekPuffLeft
            cheekPuff CheekPuffRight
            noseSneer{s} NoseSneer{s}
            jawOpen JawOpen
            jawLeft JawLeft
            jawRight JawRight
            jawForward JawForward
            mouthClose MouthClosed
            mouthRollUpper LipSuckUpperLeft
            mouthRollUpper LipSuckUpperRight
            mouthRollLower LipSuckLowerLeft
            mouthRollLower LipSuckLowerRight
            mouthFunnel LipFunnelUpperLeft
            mouthFunnel LipFunnelUpperRight
            mouthFunnel LipFunnelLowerLeft
            mouthFunnel LipFunnelLowerRight
            mouthPucker LipPuckerUpperLeft
            mouthPucker LipPuckerUpperRight
            mouthPucker LipPuckerLowerLeft
            mouthPucker LipPuckerLowerRight
            mouth{s} MouthUpper{s}
            mouth{s} MouthLower{s}
            mouthUpperUp{s} MouthUpperUp{s}
            mouthLowerDown{s} MouthLowerDown{s}
            mouthSmile{s} MouthCornerPull{s}
            mouthSmile{s} MouthCornerSlant{s}
            mouthFrown{s} MouthFrown{s}
            mouthStretch{s} MouthStretch{s}
            mouthDimple{s} MouthDimple{s}
            mouthShrugUpper MouthRaiserUpper
            mouthShrugLower MouthRaiserLower
            mouthPress{s} MouthPress{s}
            tongueOut TongueOut";

        public readonly string Name;
        public readonly PresetRule[] Rules;

        Preset(string name, PresetRule[] rules)
        {
            Name = name;
            Rules = rules;
        }

        /// <summary>All presets; where two fit a mesh equally well, the first one is taken.</summary>
        public static readonly Preset[] All =
        {
            new Preset("ARKit, VRM Perfect Sync", Array.ConvertAll(Protocol.WeightNames, Same)),
            new Preset("ARKit with _L and _R", Array.ConvertAll(Protocol.WeightNames, Short)),
            new Preset("Unified Expressions", Read(UnifiedShapes)),
            new Preset("MetaHuman", Read(MetaHumanControls)),
            new Preset("VRoid", Read(VRoidShapes)),
            new Preset("VRM 0 clips", Read(VrmClips)),
            new Preset("VRM 1 clips", Read(Vrm1Clips)),
            new Preset("Ready Player Me without ARKit", Read(ReadyPlayerMeShapes)),
        };

        /// <summary>The preset of which a mesh has most names; null where it has none of any.</summary>
        public static Preset Detect(ShapeNames names)
        {
            Preset best = null;
            var most = 0;
            foreach (var preset in All)
            {
                var count = 0;
                foreach (var rule in preset.Rules) count += names.Find(rule.Target) >= 0 ? 1 : 0;
                if (count <= most) continue;
                best = preset;
                most = count;
            }
            return best;
        }

        static PresetRule Same(string name) { return new PresetRule(name, name, 1); }

        static PresetRule Short(string name)
        {
            var target = name.EndsWith("Left") ? name.Substring(0, name.Length - 4) + "_L"
                : name.EndsWith("Right") ? name.Substring(0, name.Length - 5) + "_R" : name;
            return new PresetRule(name, target, 1);
        }

        static PresetRule[] Read(string text)
        {
            var rules = new List<PresetRule>();
            foreach (var line in text.Split(new[] { '\r', '\n' }, StringSplitOptions.RemoveEmptyEntries))
            {
                if (line.Trim().Length == 0) continue;
                if (line.IndexOf('{') < 0)
                {
                    rules.Add(ReadLine(line));
                    continue;
                }
                rules.Add(ReadLine(line.Replace("{s}", "Left").Replace("{l}", "L")));
                rules.Add(ReadLine(line.Replace("{s}", "Right").Replace("{l}", "R")));
            }
            return rules.ToArray();
        }

        static PresetRule ReadLine(string line)
        {
            var words = line.Trim().Split(' ');
            var gain = words.Length > 2 ? float.Parse(words[2], CultureInfo.InvariantCulture) : 1;
            return new PresetRule(words[0], words[1], gain);
        }
    }
}
