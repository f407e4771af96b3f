using System.Collections.Generic;
using System.Net.Sockets;

namespace Eyebridge
{
    /// <summary>
    /// One endpoint's receiver and playback, shared by all components that listen there. Used by one thread: the
    /// engine's.
    /// </summary>
    public sealed class Line
    {
        const double RetrySeconds = 2;

        static readonly List<Line> Open = new List<Line>();

        readonly Playback playback = new Playback();
        FrameReceiver receiver;
        double nextTry = double.NegativeInfinity;
        int users;

        public readonly Endpoint Endpoint;

        /// <summary>Why nothing can come, in a sentence for the user; null when all is well.</summary>
        public string Problem { get; private set; }

        Line(Endpoint endpoint) { Endpoint = endpoint; }

        /// <summary>The line of an endpoint; give it back with <see cref="Release"/>.</summary>
        public static Line Acquire(Endpoint endpoint)
        {
            var line = Open.Find(other => other.Endpoint.Equals(endpoint));
            if (line == null) Open.Add(line = new Line(endpoint));
            line.users++;
            return line;
        }

        public void Release()
        {
            if (--users > 0) return;
            Open.Remove(this);
            if (receiver != null) receiver.Dispose();
            receiver = null;
        }

        /// <summary>Whether any line has something new to show, so that a quiet editor need not redraw.</summary>
        public static bool AnyMoves(double time)
        {
            var moves = false;
            foreach (var line in Open)
            {
                line.Listen(time);
                moves |= line.Moves;
            }
            return moves;
        }

        /// <summary>What to show, laid out as <see cref="Frame.Values"/>.</summary>
        public float[] Values { get { return playback.Values; } }

        public bool IsLive { get { return playback.IsLive; } }
        public FrameFlags Flags { get { return playback.Flags; } }

        /// <summary>Null where the port could not be opened.</summary>
        public FrameReceiver Receiver { get { return receiver; } }

        // While frames come the silence after the last one must be noticed too.
        bool Moves { get { return playback.IsMoving || IsLive || receiver != null && receiver.Frames.HasNews; } }

        /// <summary>Takes the newest frame and brings the values to their state at a time, in seconds.</summary>
        public void Advance(double time)
        {
            Listen(time);
            if (receiver != null)
            {
                if (receiver.Frames.Take()) playback.Take(receiver.Frames.Front, time);
                if (receiver.SawNewerVersion)
                    Problem = "eyebridge sends a newer version of its protocol; update this package";
            }
            playback.Advance(time);
        }

        void Listen(double time)
        {
            if (receiver != null || time < nextTry) return;
            nextTry = time + RetrySeconds;
            try
            {
                receiver = new FrameReceiver(Endpoint);
                Problem = null;
            }
            catch (SocketException error)
            {
                Problem = "Port " + Endpoint.Port + " cannot be opened (" + error.SocketErrorCode
                    + "); close the other program that listens there, or choose another port here and in eyebridge";
            }
        }
    }
}
