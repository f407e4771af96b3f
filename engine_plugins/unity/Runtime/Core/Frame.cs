using System;

namespace Eyebridge
{
    /// <summary>Bits of <see cref="Frame.Flags"/>.</summary>
    [Flags]
    public enum FrameFlags
    {
        LeftSeen = 1,
        RightSeen = 2,
        Personalized = 4,
        Blink = 8,
        LeftMirrored = 16,
        RightMirrored = 32,
    }

    /// <summary>
    /// One whole frame: two arrays laid out by <see cref="Protocol.Messages"/>, made once and refilled.
    /// </summary>
    public sealed class Frame
    {
        public readonly int[] Ints = new int[Protocol.IntCount];
        public readonly float[] Values = (float[])Protocol.Neutral.Clone();

        public int Version { get { return Ints[0]; } }
        public int Sequence { get { return Ints[1]; } }

        /// <summary>Microseconds since the sender's first frame, modulo 2^31.</summary>
        public int Time { get { return Ints[2]; } }

        public FrameFlags Flags { get { return (FrameFlags)Ints[3]; } }
    }
}
