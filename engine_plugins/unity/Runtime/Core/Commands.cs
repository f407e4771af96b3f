using System.Net.Sockets;
using System.Text;

namespace Eyebridge
{
    /// <summary>What may be asked of eyebridge on this computer; nothing comes back.</summary>
    public static class Commands
    {
        /// <summary>Take a short neutral: the wearer looks straight ahead with a relaxed face for one second.</summary>
        public static void Recenter() { Send("/eyebridge/recenter", Protocol.CommandPort); }

        /// <summary>Take a new neutral: the same for five seconds.</summary>
        public static void Calibrate() { Send("/eyebridge/calibrate", Protocol.CommandPort); }

        /// <summary>Sends one OSC message without arguments to a port of this computer.</summary>
        public static void Send(string address, int port)
        {
            var padded = address.PadRight(address.Length / 4 * 4 + 4, '\0');
            var message = Encoding.ASCII.GetBytes(padded + ",\0\0\0");
            using (var socket = new UdpClient()) socket.Send(message, message.Length, "127.0.0.1", port);
        }
    }
}
