using System;
using System.Collections.Generic;
using System.Text;

namespace Eyebridge
{
    /// <summary>One argument of a message: its name, range, and the value of what is not known.</summary>
    public sealed class Argument
    {
        public readonly string Name;
        public readonly bool IsInt;
        public readonly double Low;
        public readonly double High;
        public readonly double Neutral;

        public Argument(string name, bool isInt, double low, double high, double neutral)
        {
            Name = name;
            IsInt = isInt;
            Low = low;
            High = high;
            Neutral = neutral;
        }
    }

    /// <summary>One message of a frame, and where its numbers go in a <see cref="Frame"/>.</summary>
    public sealed class MessageLayout
    {
        public readonly string Address;
        public readonly byte[] AddressBytes;
        public readonly Argument[] Arguments;

        /// <summary>Whether a frame may do without it; what it would say is at neutral then.</summary>
        public readonly bool Optional;

        /// <summary>Index of the first int in <see cref="Frame.Ints"/>.</summary>
        public readonly int FirstInt;

        /// <summary>Index of the first float in <see cref="Frame.Values"/>.</summary>
        public readonly int FirstValue;

        public MessageLayout(string address, Argument[] arguments, int firstInt, int firstValue)
        {
            Address = address;
            AddressBytes = Encoding.ASCII.GetBytes(address);
            Arguments = arguments;
            Optional = address == "/eyebridge/look" || address == "/eyebridge/signal";
            FirstInt = firstInt;
            FirstValue = firstValue;
        }
    }

    /// <summary>
    /// The native frame of engine_plugins/PROTOCOL.md as tables; the tests compare them with that page.
    /// </summary>
    public static class Protocol
    {
        public const int Version = 1;
        public const int Port = 13937;
        public const int CommandPort = 13938;
        public const int DatagramLimit = 1400;
        public const int WeightCount = 52;

        /// <summary>
        /// Sequence numbers and microseconds count modulo 2^31; and-ing with this takes the remainder.
        /// </summary>
        public const int CountMask = int.MaxValue;

        /// <summary>Seconds without a frame after which a receiver eases to neutral and forgets the sequence.</summary>
        public const double Timeout = 0.5;

        static readonly string[] Eyes =
        {
            "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft", "eyeSquintLeft",
            "eyeWideLeft", "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight",
            "eyeSquintRight", "eyeWideRight",
        };

        static readonly string[] Mouth =
        {
            "jawForward", "jawLeft", "jawRight", "jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft",
            "mouthRight", "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight", "mouthDimpleLeft",
            "mouthDimpleRight", "mouthStretchLeft", "mouthStretchRight", "mouthRollLower", "mouthRollUpper",
            "mouthShrugLower", "mouthShrugUpper", "mouthPressLeft", "mouthPressRight", "mouthLowerDownLeft",
            "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight",
        };

        static readonly string[] Brows =
            { "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight" };

        static readonly string[] Cheeks = { "cheekPuff", "cheekSquintLeft", "cheekSquintRight" };
        static readonly string[] Nose = { "noseSneerLeft", "noseSneerRight" };
        static readonly string[] Tongue = { "tongueOut" };

        /// <summary>The messages of a frame, in the order in which they are sent.</summary>
        public static readonly MessageLayout[] Messages = Layout(
            Message("frame", Int("version"), Int("sequence"), Int("time"), Int("flags"), Share("quality", 0)),
            Message("weights/eyes", Shares(Eyes)),
            Message("weights/mouth", Shares(Mouth)),
            Message("weights/brows", Shares(Brows)),
            Message("weights/cheeks", Shares(Cheeks)),
            Message("weights/nose", Shares(Nose)),
            Message("weights/tongue", Shares(Tongue)),
            Message("gaze", Angle("left_yaw", 90), Angle("left_pitch", 90),
                Angle("right_yaw", 90), Angle("right_pitch", 90)),
            Message("channels",
                Share("lid_openness_left", 1), Share("lid_openness_right", 1),
                Share("widen_left", 0), Share("widen_right", 0),
                Share("squint_left", 0), Share("squint_right", 0),
                Share("brow_inner_up_left", 0), Share("brow_inner_up_right", 0),
                Share("brow_outer_up_left", 0), Share("brow_outer_up_right", 0),
                Share("brow_down_left", 0), Share("brow_down_right", 0),
                Share("cheek_raise_left", 0), Share("cheek_raise_right", 0),
                Angle("gaze_yaw_left", 45), Angle("gaze_yaw_right", 45),
                Angle("gaze_pitch_left", 45), Angle("gaze_pitch_right", 45),
                Share("pupil_left", 0.4), Share("pupil_right", 0.4),
                Share("visible_left", 0), Share("visible_right", 0)),
            Message("action_units", Share("neutral", 1), Share("brow_raise_left", 0), Share("brow_raise_right", 0),
                Share("brow_lower", 0), Share("upper_lid_raise", 0), Share("squint", 0), Share("eyes_closed", 0),
                Share("wink_left", 0), Share("wink_right", 0), Share("cheek_raise", 0)),
            Message("emotions", Share("neutral", 1), Share("anger", 0), Share("surprise", 0), Share("happiness", 0),
                Share("closed_eyes", 0)),
            Message("light", Share("red", 1), Share("green", 1), Share("blue", 1), Range("intensity", 0, 2, 1),
                Range("temperature", 1000, 40000, 6500)),
            Message("look", Angle("yaw", 90), Angle("pitch", 90), Range("distance", 0, 20, 0)),
            Message("signal", Range("contact", -1, 1, 0), Range("seconds", 0, 86400, 0), Range("approach", -1, 1, 0),
                Range("agreement", -1, 1, 0)),
            Message("end", Int("sequence")));

        /// <summary>Where each group of floats begins in <see cref="Frame.Values"/>.</summary>
        public static readonly int Quality = Start("frame");
        public static readonly int Weights = Start("weights/eyes");
        public static readonly int Gaze = Start("gaze");
        public static readonly int Channels = Start("channels");
        public static readonly int ActionUnits = Start("action_units");
        public static readonly int Emotions = Start("emotions");
        public static readonly int Light = Start("light");
        public static readonly int Look = Start("look");
        public static readonly int Signal = Start("signal");

        public static readonly int IntCount = Count(true);
        public static readonly int ValueCount = Count(false);

        /// <summary>What every value eases to when frames stop.</summary>
        public static readonly float[] Neutral = Neutrals();

        /// <summary>ARKit's 52 names in Live Link Face's order: name n belongs to Values[Weights + n].</summary>
        public static readonly string[] WeightNames = NamesOfWeights();

        static Argument Int(string name) { return new Argument(name, true, 0, int.MaxValue, 0); }

        static Argument Share(string name, double neutral) { return Range(name, 0, 1, neutral); }

        static Argument Angle(string name, double limit) { return Range(name, -limit, limit, 0); }

        static Argument Range(string name, double low, double high, double neutral)
        {
            return new Argument(name, false, low, high, neutral);
        }

        static Argument[] Shares(string[] names) { return Array.ConvertAll(names, name => Share(name, 0)); }

        static KeyValuePair<string, Argument[]> Message(string name, params Argument[] arguments)
        {
            return new KeyValuePair<string, Argument[]>("/eyebridge/" + name, arguments);
        }

        static MessageLayout[] Layout(params KeyValuePair<string, Argument[]>[] messages)
        {
            var layout = new MessageLayout[messages.Length];
            int ints = 0, values = 0;
            for (var n = 0; n < layout.Length; n++)
            {
                layout[n] = new MessageLayout(messages[n].Key, messages[n].Value, ints, values);
                foreach (var argument in messages[n].Value)
                {
                    ints += argument.IsInt ? 1 : 0;
                    values += argument.IsInt ? 0 : 1;
                }
            }
            return layout;
        }

        static int Start(string name)
        {
            return Array.Find(Messages, message => message.Address == "/eyebridge/" + name).FirstValue;
        }

        static int Count(bool isInt)
        {
            var count = 0;
            foreach (var message in Messages)
                foreach (var argument in message.Arguments)
                    count += argument.IsInt == isInt ? 1 : 0;
            return count;
        }

        static float[] Neutrals()
        {
            var neutral = new List<float>();
            foreach (var message in Messages)
                foreach (var argument in message.Arguments)
                    if (!argument.IsInt) neutral.Add((float)argument.Neutral);
            return neutral.ToArray();
        }

        static string[] NamesOfWeights()
        {
            var names = new List<string>();
            foreach (var group in new[] { Eyes, Mouth, Brows, Cheeks, Nose, Tongue }) names.AddRange(group);
            return names.ToArray();
        }
    }
}
