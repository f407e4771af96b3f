// keijiro's OscJack as a receiver: prints every message that its own server hears on PORT, after a line that says that
// it listens. A line is the address and, for each argument, the int, the float and the string that OscJack makes of it,
// all between tabs. Ends with its standard input.

using System;
using System.Collections.Generic;
using System.Globalization;
using OscJack;

static class Receiver
{
    static void Main(string[] arguments)
    {
        using (var server = new OscServer(int.Parse(arguments[0])))
        {
            server.MessageDispatcher.AddCallback("", Print);
            Console.WriteLine("listening");
            while (Console.Read() >= 0) { }
        }
    }

    static void Print(string address, OscDataHandle data)
    {
        var words = new List<string> { address };
        for (var n = 0; n < data.GetElementCount(); n++)
        {
            words.Add(data.GetElementAsInt(n).ToString(CultureInfo.InvariantCulture));
            words.Add(data.GetElementAsFloat(n).ToString("R", CultureInfo.InvariantCulture));
            words.Add(data.GetElementAsString(n));
        }
        Console.WriteLine(string.Join("\t", words));
    }
}
