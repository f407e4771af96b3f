// What a frame costs from the datagram to the scene, on the stand-ins, whose own share is a store into an array.

using System;
using System.Collections.Generic;
using System.Diagnostics;
using Eyebridge;
using UnityEngine;

static class EngineBench
{
    static void Main(string[] arguments)
    {
        Application.isPlaying = true;
        using (var world = new World())
        {
            var packet = World.Golden("native_ramp");
            Engine.Frame(0);
            world.Deliver(packet);
            Engine.Frame(0.01);
            var values = world.Face.Line.Values;
            Console.WriteLine("{{\"face\": {0},\n \"gaze\": {1},\n \"light\": {2},\n \"latency\": {3}}}",
                Bench.Measure(n => world.Face.Show(values)), Bench.Measure(n => world.Gaze.Show(values)),
                Bench.Measure(n => world.Mood.Show(values)), Latency(world, packet));
        }
    }

    /// <summary>From sending to the changed weight, the engine drawing frame after frame without a pause.</summary>
    static string Latency(World world, byte[] packet)
    {
        const int Count = 1000;
        var times = new List<double>();
        var weight = 0x44; // the first weight comes right behind the type tags of its message, ",f..." in 16 bytes
        while (packet[weight] != ',') weight++;
        weight += 16;
        var time = 1.0;
        for (var n = 0; n < Count; n++)
        {
            packet[weight] = (byte)(n % 2 == 0 ? 0x3e : 0x3f); // 0.125 and 0.5, or near
            var before = world.Head.GetBlendShapeWeight(0);
            var watch = Stopwatch.StartNew();
            world.Send(packet);
            while (world.Head.GetBlendShapeWeight(0) == before && watch.Elapsed.TotalSeconds < 1)
                Engine.Frame(time += 0.02); // slower than the sender, so that nothing is drawn out
            times.Add(watch.Elapsed.TotalMilliseconds * 1000);
        }
        times.Sort();
        return string.Format("{{\"p50\": {0}, \"p95\": {1}, \"frames\": {2}}}",
            Json.Number(Math.Round(times[Count / 2])), Json.Number(Math.Round(times[Count * 95 / 100])), Count);
    }
}
