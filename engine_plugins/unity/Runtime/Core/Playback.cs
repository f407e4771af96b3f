using System;

namespace Eyebridge
{
    /// <summary>
    /// What is shown now: glides from frame to frame at the display's rate, and to neutral when frames stop. Time is an
    /// argument, in seconds, and never runs backwards.
    /// </summary>
    /// <remarks>
    /// A sender about as fast as the display, or faster, is shown as it comes, without delay. A slower one is drawn out
    /// over its own interval, so that 30 frames a second look smooth at 90 and come half an interval later on average.
    /// </remarks>
    public sealed class Playback
    {
        const double LongestGlide = 0.1;
        const double EaseOut = 0.5;

        // Sender's interval over display's, above which a sender is slow. Not 1: two equal rates would waver about it.
        const double Slow = 1.5;

        readonly float[] from = (float[])Protocol.Neutral.Clone();
        readonly float[] to = (float[])Protocol.Neutral.Clone();
        double start, duration, shown;
        double heard = double.NegativeInfinity;
        int senderTime;

        /// <summary>The values to show, laid out as <see cref="Frame.Values"/>.</summary>
        public readonly float[] Values = (float[])Protocol.Neutral.Clone();

        /// <summary>Whether frames come.</summary>
        public bool IsLive { get; private set; }

        /// <summary>Whether the values still change without a further frame.</summary>
        public bool IsMoving { get; private set; }

        public FrameFlags Flags { get; private set; }

        /// <summary>Takes a newer frame, at the time at which the display sees it first.</summary>
        public void Take(Frame frame, double time)
        {
            var interval = (unchecked(frame.Time - senderTime) & Protocol.CountMask) * 1e-6;
            if (!IsLive) interval = LongestGlide;
            Glide(frame.Values, time, interval > Slow * (time - shown) ? Math.Min(interval, LongestGlide) : 0);
            senderTime = frame.Time;
            heard = time;
            Flags = frame.Flags;
            IsLive = true;
        }

        /// <summary>Brings the values to their state at a time.</summary>
        public void Advance(double time)
        {
            if (IsLive && time - heard >= Protocol.Timeout)
            {
                IsLive = false;
                Flags = 0;
                Glide(Protocol.Neutral, time, EaseOut);
            }
            shown = time;
            if (IsMoving) Move(duration <= 0 ? 1 : Math.Min((time - start) / duration, 1));
        }

        void Glide(float[] target, double time, double seconds)
        {
            Array.Copy(Values, from, from.Length);
            Array.Copy(target, to, to.Length);
            start = time;
            duration = seconds;
            IsMoving = true;
        }

        void Move(double progress)
        {
            IsMoving = progress < 1;
            var share = (float)(IsLive ? progress : progress * progress * (3 - 2 * progress));
            for (var n = 0; n < to.Length; n++) Values[n] = share < 1 ? from[n] + (to[n] - from[n]) * share : to[n];
        }
    }
}
