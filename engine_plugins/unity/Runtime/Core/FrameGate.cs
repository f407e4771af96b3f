namespace Eyebridge
{
    /// <summary>
    /// Lets only newer frames through (PROTOCOL.md, "What a receiver does", 4 and 5). Time in seconds.
    /// </summary>
    public sealed class FrameGate
    {
        const int Half = 1 << 30;

        int last;
        double lastTime = double.NegativeInfinity;

        /// <summary>Frames that were sent between those let through, and never came.</summary>
        public int Lost { get; private set; }

        /// <summary>Duplicates, and frames older than one let through.</summary>
        public int Late { get; private set; }

        /// <summary>
        /// Whether a frame that comes now is newer than all before. Silence makes the gate forget them.
        /// </summary>
        public bool Accepts(int sequence, double time)
        {
            if (time - lastTime < Protocol.Timeout)
            {
                var ahead = unchecked(sequence - last) & Protocol.CountMask;
                if (ahead == 0 || ahead >= Half)
                {
                    Late++;
                    return false;
                }
                Lost += ahead - 1;
            }
            last = sequence;
            lastTime = time;
            return true;
        }
    }
}
