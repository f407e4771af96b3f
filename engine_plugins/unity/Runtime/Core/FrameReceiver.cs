using System;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace Eyebridge
{
    /// <summary>Where a receiver listens.</summary>
    public struct Endpoint : IEquatable<Endpoint>
    {
        public readonly int Port;

        /// <summary>Whether other computers may send too; otherwise only this one.</summary>
        public readonly bool Network;

        public Endpoint(int port, bool network)
        {
            Port = port;
            Network = network;
        }

        public static readonly Endpoint Default = new Endpoint(Protocol.Port, false);

        public bool Equals(Endpoint other) { return Port == other.Port && Network == other.Network; }

        public override bool Equals(object other) { return other is Endpoint && Equals((Endpoint)other); }

        public override int GetHashCode() { return Port * 2 + (Network ? 1 : 0); }
    }

    /// <summary>A socket and the thread that reads it: datagrams in, the newest whole frame out.</summary>
    public sealed class FrameReceiver : IDisposable
    {
        const int LargestDatagram = 65536;
        const int PollMicroseconds = 100000; // how long Dispose may have to wait

        readonly Socket socket;
        readonly Thread thread;
        readonly FrameReader reader = new FrameReader();
        readonly FrameGate gate = new FrameGate();
        volatile bool stopping;
        volatile int accepted, refused;
        volatile bool sawNewerVersion;

        public readonly Newest<Frame> Frames = new Newest<Frame>();

        /// <exception cref="SocketException">The port is taken, or may not be opened.</exception>
        public FrameReceiver(Endpoint endpoint)
        {
            socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                socket.ExclusiveAddressUse = true; // nobody else gets frames that were meant for us, nor we theirs
                socket.Bind(new IPEndPoint(endpoint.Network ? IPAddress.Any : IPAddress.Loopback, endpoint.Port));
            }
            catch (SocketException)
            {
                socket.Close();
                throw;
            }
            thread = new Thread(Listen) { IsBackground = true, Name = "eyebridge" };
            thread.Start();
        }

        /// <summary>The port, also where 0 asked for any free one.</summary>
        public int Port { get { return ((IPEndPoint)socket.LocalEndPoint).Port; } }

        public int Accepted { get { return accepted; } }

        /// <summary>Datagrams that were not whole frames.</summary>
        public int Refused { get { return refused; } }

        public int Lost { get { return gate.Lost; } }
        public int Late { get { return gate.Late; } }
        public bool SawNewerVersion { get { return sawNewerVersion; } }

        public void Dispose()
        {
            stopping = true;
            thread.Join();
            socket.Close();
        }

        void Listen()
        {
            var buffer = new byte[LargestDatagram];
            while (!stopping)
            {
                // Waiting by Poll ends without an exception, and without closing the socket under a blocked call.
                if (!socket.Poll(PollMicroseconds, SelectMode.SelectRead)) continue;
                try
                {
                    Take(buffer, socket.Receive(buffer));
                }
                catch (SocketException) // one datagram that the system could not hand over
                {
                    refused++;
                }
            }
        }

        void Take(byte[] data, int length)
        {
            var verdict = reader.Read(data, length, Frames.Back);
            sawNewerVersion |= verdict == Verdict.NewerVersion;
            if (verdict != Verdict.Frame)
            {
                refused++;
            }
            else if (gate.Accepts(Frames.Back.Sequence, Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency))
            {
                accepted++;
                Frames.Publish();
            }
        }
    }
}
