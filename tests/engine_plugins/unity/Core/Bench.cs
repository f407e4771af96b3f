using System;
using System.Diagnostics;
using Eyebridge;

/// <summary>The core's share of a frame: decoding on the receiver's thread, gliding on the engine's.</summary>
static class Bench
{
    const int Frames = 100000;

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
    /// Processor microseconds a frame, and bytes allocated by all frames together, of which the heap tells 4 kB steps.
    /// </summary>
    public static string Measure(Action<int> work)
    {
        for (var n = 0; n < 2000; n++) work(n);
        GC.Collect();
        var collections = GC.CollectionCount(0);
        var before = GC.GetTotalMemory(true);
        var start = Process.GetCurrentProcess().TotalProcessorTime;
        for (var n = 0; n < Frames; n++) work(2000 + n);
        var spent = Process.GetCurrentProcess().TotalProcessorTime - start;
        var bytes = GC.GetTotalMemory(false) - before;
        return string.Format("{{\"microseconds\": {0}, \"bytes\": {1}, \"collections\": {2}, \"frames\": {3}}}",
            Json.Number(Math.Round(spent.TotalMilliseconds * 1000 / Frames, 3)), bytes,
            GC.CollectionCount(0) - collections, Frames);
    }
}
