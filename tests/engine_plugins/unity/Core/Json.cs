using System.Globalization;
using System.Text;
using Eyebridge;

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
