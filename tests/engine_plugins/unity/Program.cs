// The engine-free core on the command line, for the tests, the fuzzer and the benchmark:
//
//   layout              the tables of the protocol, as JSON
//   decode              datagrams from standard input, each after its size as a big-endian int32; a line for each:
//                       the frame as JSON, or why there is none
//   listen              prints the port on which it listens, then each frame it shows; ends with standard input
//   fuzz COUNT SEED F.. COUNT datagrams, mutated from the files; ends with 1 at the first that breaks a promise
//   bench F             times and allocations of decoding and playback, as JSON

using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;
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

static class Json
{
    public static string OfFrame(int[] ints, float[] values)
    {
        var text = new StringBuilder("{");
        int i = 0, f = 0;
        foreach (var message in Protocol.Messages)
        {
            text.Append(text.Length > 1 ? ", " : "").Append('"').Append(message.Address).Append("\": {");
            for (var n = 0; n < message.Arguments.Length; n++)
            {
                var argument = message.Arguments[n];
                text.Append(n > 0 ? ", " : "").Append('"').Append(argument.Name).Append("\": ");
                text.Append(argument.IsInt ? ints[i++].ToString() : Number(values[f++]));
            }
            text.Append('}');
        }
        return text.Append('}').ToString();
    }

    public static string OfLayout()
    {
        var lines = new StringBuilder("[");
        foreach (var message in Protocol.Messages)
            for (var n = 0; n < message.Arguments.Length; n++)
            {
                var a = message.Arguments[n];
                lines.AppendFormat("{0}[\"{1}\", {2}, \"{3}\", \"{4}\", {5}, {6}, {7}]", lines.Length > 1 ? ",\n" : "",
                    message.Address, n, a.IsInt ? "i" : "f", a.Name, Number(a.Low), Number(a.High), Number(a.Neutral));
            }
        return lines.Append("]").ToString();
    }

    public static string Number(double value) { return value.ToString("R", CultureInfo.InvariantCulture); }
}

static class Fuzzer
{
    public static int Run(long count, int seed, byte[][] seeds)
    {
        var random = new Random(seed);
        var reader = new FrameReader();
        var frame = new Frame();
        var data = new byte[Protocol.DatagramLimit + 8];
        var verdicts = new long[4];
        for (long n = 0; n < count; n++)
        {
            var length = n % 16 == 0 ? Noise(random, data) : Mutant(random, seeds[random.Next(seeds.Length)], data);
            string broken;
            try
            {
                var verdict = reader.Read(data, length, frame);
                verdicts[(int)verdict]++;
                broken = verdict == Verdict.Frame ? Broken(frame) : null;
            }
            catch (IndexOutOfRangeException error)
            {
                broken = error.ToString();
            }
            if (broken == null) continue;
            Console.WriteLine(broken + "\n" + BitConverter.ToString(data, 0, length).Replace("-", ""));
            return 1;
        }
        Console.WriteLine("{0} frames, {1} damaged, {2} not a frame, {3} of a newer version", verdicts[0], verdicts[1],
            verdicts[2], verdicts[3]);
        return 0;
    }

    static int Noise(Random random, byte[] data)
    {
        var length = random.Next(data.Length + 1);
        for (var n = 0; n < length; n++) data[n] = (byte)random.Next(256);
        if (length > 0 && random.Next(2) == 0) data[0] = (byte)'/';
        return length;
    }

    static int Mutant(Random random, byte[] seed, byte[] data)
    {
        Array.Copy(seed, data, Math.Min(seed.Length, data.Length));
        var length = Math.Min(seed.Length, data.Length);
        for (var edits = random.Next(1, 5); edits > 0; edits--)
        {
            var at = random.Next(length);
            switch (random.Next(6))
            {
                case 0: data[at] = (byte)random.Next(256); break;
                case 1: data[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: length = at / 4 * 4 + (random.Next(8) == 0 ? random.Next(4) : 0); break;
                case 3: Set(data, at / 4 * 4, random.Next(-4, 64)); break;
                case 4: Set(data, at / 4 * 4, unchecked((int)0x7fc00000)); break; // NaN, and a huge size
                default:
                    var from = random.Next(length) / 4 * 4;
                    var size = Math.Min(random.Next(64) * 4, Math.Min(length - from, length - at / 4 * 4));
                    Array.Copy(data, from, data, at / 4 * 4, Math.Max(size, 0));
                    break;
            }
            if (length == 0) break;
        }
        return length;
    }

    static void Set(byte[] data, int at, int number)
    {
        for (var n = 0; n < 4; n++) data[at + n] = (byte)(number >> 24 - 8 * n);
    }

    /// <summary>What is promised of every frame: each number finite and in its range.</summary>
    static string Broken(Frame frame)
    {
        var f = 0;
        foreach (var number in frame.Ints)
            if (number < 0) return "a negative int";
        foreach (var message in Protocol.Messages)
            foreach (var argument in message.Arguments)
            {
                if (argument.IsInt) continue;
                var value = frame.Values[f++];
                if (!(value >= argument.Low && value <= argument.High)) return argument.Name + " is " + value;
            }
        return null;
    }
}
