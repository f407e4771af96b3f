using System;

namespace Eyebridge
{
    public enum Verdict
    {
        Frame,

        /// <summary>Not sound OSC, or longer than a datagram of ours.</summary>
        Damaged,

        /// <summary>Sound OSC, but not a whole frame.</summary>
        NotAFrame,

        /// <summary>A frame of a later version: this package must be updated.</summary>
        NewerVersion,
    }

    /// <summary>
    /// Takes a datagram as a whole frame or not at all (PROTOCOL.md, "What a receiver does", 1 to 3 and 6).
    /// </summary>
    public sealed class FrameReader
    {
        static readonly int Opening = 0;
        static readonly int Closing = Protocol.Messages.Length - 1;

        readonly OscPacket packet = new OscPacket();
        readonly int[] found = new int[Protocol.Messages.Length];

        /// <summary>
        /// Fills <paramref name="frame"/>; unless the verdict is Frame, what it holds then means nothing.
        /// </summary>
        public Verdict Read(byte[] data, int length, Frame frame)
        {
            if (!packet.Read(data, length)) return Verdict.Damaged;
            FindMessages();
            if (found[Opening] != 0 || found[Closing] != packet.Count - 1) return Verdict.NotAFrame;
            for (var n = 0; n < found.Length; n++)
                if (!ReadMessage(Protocol.Messages[n], found[n], frame)) return Verdict.NotAFrame;
            var closed = frame.Ints[Protocol.Messages[Closing].FirstInt];
            if (frame.Sequence != closed) return Verdict.NotAFrame;
            return frame.Version > Protocol.Version ? Verdict.NewerVersion : Verdict.Frame;
        }

        void FindMessages()
        {
            for (var n = 0; n < found.Length; n++) found[n] = -1;
            var expected = 0;
            for (var at = 0; at < packet.Count; at++)
                for (var tries = 0; tries < found.Length; tries++, expected = (expected + 1) % found.Length)
                    if (packet.HasAddress(at, Protocol.Messages[expected].AddressBytes))
                    {
                        found[expected] = at;
                        break;
                    }
        }

        bool ReadMessage(MessageLayout layout, int message, Frame frame)
        {
            int ints = layout.FirstInt, values = layout.FirstValue;
            if (message < 0)
            {
                if (layout.Optional)
                    Array.Copy(Protocol.Neutral, values, frame.Values, values, layout.Arguments.Length);
                return layout.Optional;
            }
            for (var n = 0; n < layout.Arguments.Length; n++)
            {
                var argument = layout.Arguments[n];
                if (!packet.HasTag(message, n, argument.IsInt ? 'i' : 'f')) return false;
                var at = packet.Arguments(message) + 4 * n; // all arguments before this one take 4 bytes
                if (argument.IsInt)
                {
                    var number = packet.Int(at);
                    frame.Ints[ints++] = number < 0 ? 0 : number;
                    continue;
                }
                var value = packet.Float(at);
                if (float.IsNaN(value) || float.IsInfinity(value)) return false;
                frame.Values[values++] = Clamped(value, argument);
            }
            return true;
        }

        static float Clamped(float value, Argument argument)
        {
            return value < argument.Low ? (float)argument.Low : value > argument.High ? (float)argument.High : value;
        }
    }
}
