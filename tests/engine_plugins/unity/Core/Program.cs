// The engine-free core on the command line, for the tests, the fuzzer and the benchmark:
//
//   layout              the tables of the protocol, as JSON
//   decode              datagrams from standard input, each after its size as a big-endian int32; a line for each:
//                       the frame as JSON, or why there is none
//   listen              prints the port on which it listens, then each frame it shows; ends with standard input
//   fuzz COUNT SEED F.. COUNT datagrams, mutated from the files; ends with 1 at the first that breaks a promise
//   bench F             times and allocations of decoding and playback, as JSON

using System;
using System.IO;
using System.Threading;
using Eyebridge;

static class Program
{
    static int Main(string[] arguments)
    {
        switch (arguments[0])
        {
            case "layout": Console.WriteLine(Json.OfLayout()); return 0;
            case "decode": Decode(new BinaryReader(Console.OpenStandardInput())); return 0;
            case "listen": Listen(); return 0;
            case "fuzz": return Fuzzer.Run(long.Parse(arguments[1]), int.Parse(arguments[2]), Files(arguments, 3));
            case "bench": Console.WriteLine(Bench.Run(Files(arguments, 1)[0])); return 0;
            default: return 2;
        }
    }

    static byte[][] Files(string[] arguments, int first)
    {
        var files = new byte[arguments.Length - first][];
        for (var n = 0; n < files.Length; n++) files[n] = File.ReadAllBytes(arguments[first + n]);
        return files;
    }

    static void Decode(BinaryReader input)
    {
        var reader = new FrameReader();
        var frame = new Frame();
        var size = new byte[4];
        while (input.Read(size, 0, 4) == 4)
        {
            var data = input.ReadBytes(size[0] << 24 | size[1] << 16 | size[2] << 8 | size[3]);
            var verdict = reader.Read(data, data.Length, frame);
            Console.WriteLine(verdict == Verdict.Frame ? Json.OfFrame(frame.Ints, frame.Values) : verdict.ToString());
        }
    }

    static void Listen()
    {
        using (var receiver = new FrameReceiver(new Endpoint(0, false)))
        {
            Console.WriteLine(receiver.Port);
            var closed = false;
            new Thread(() =>
            {
                while (Console.Read() >= 0) { }
                Volatile.Write(ref closed, true);
            }).Start();
            while (!Volatile.Read(ref closed))
            {
                if (receiver.Frames.Take())
                    Console.WriteLine(Json.OfFrame(receiver.Frames.Front.Ints, receiver.Frames.Front.Values));
                Thread.Sleep(1);
            }
            Console.WriteLine("accepted {0} refused {1} lost {2} late {3} newer {4}", receiver.Accepted,
                receiver.Refused, receiver.Lost, receiver.Late, receiver.SawNewerVersion);
        }
    }
}
