using System;
using System.Diagnostics;
using Eyebridge;

/// <summary>The core's share of a frame: decoding on the receiver's thread, gliding on the engine's.</summary>
static class Bench
{
    const int Frames = 100000;
    const int Rounds = 3;

    public static string Run(byte[] datagram)
    {
        var reader = new FrameReader();
        var frame = new Frame();
        var playback = new Playback();
        var decode = Measure(n => reader.Read(datagram, datagram.Length, frame));
        var glide = Measure(n =>
        {
            if (n % 3 == 0) playback.Take(frame, n * 0.011);
            playback.Advance(n * 0.011);
        });
        return string.Format("{{\"decode\": {0}, \"playback\": {1}}}", decode, glide);
    }

    /// <summary>
    /// Processor microseconds a frame, bytes allocated by all frames of a round, of which the heap tells 4 kB steps,
    /// and collections in all rounds. Of time and bytes the least of some rounds counts: what a frame takes it takes in
    /// every one, what mono does for itself only now and then.
    /// </summary>
    public static string Measure(Action<int> work)
    {
        for (var n = 0; n < 2000; n++) work(n);
        var microseconds = double.MaxValue;
        var bytes = long.MaxValue;
        var collections = 0;
        for (var round = 0; round < Rounds; round++)
        {
            GC.Collect();
            var collected = GC.CollectionCount(0);
            var before = GC.GetTotalMemory(true);
            var start = Process.GetCurrentProcess().TotalProcessorTime;
            for (var n = 0; n < Frames; n++) work(2000 + round * Frames + n);
            var spent = Process.GetCurrentProcess().TotalProcessorTime - start;
            bytes = Math.Min(bytes, GC.GetTotalMemory(false) - before);
            collections += GC.CollectionCount(0) - collected;
            microseconds = Math.Min(microseconds, spent.TotalMilliseconds * 1000 / Frames);
        }
        return string.Format("{{\"microseconds\": {0}, \"bytes\": {1}, \"collections\": {2}, \"frames\": {3}}}",
            Json.Number(Math.Round(microseconds, 3)), bytes, collections, Frames);
    }
}
