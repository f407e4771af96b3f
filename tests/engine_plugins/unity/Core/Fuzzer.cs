using System;
using Eyebridge;

/// <summary>Throws noise and damaged packets at the reader.</summary>
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
