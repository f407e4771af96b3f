using System.Runtime.InteropServices;
using System.Text;

namespace Eyebridge
{
    /// <summary>
    /// Checks a datagram that may come from anybody and finds its messages, those of nested bundles too, in order.
    /// </summary>
    /// <remarks>
    /// Open Sound Control 1.0 (opensoundcontrol.org) with the types i f s b T F N I d h t. Time tags are skipped.
    /// Nothing is allocated after construction.
    /// </remarks>
    public sealed class OscPacket
    {
        const int DepthLimit = 8;
        const int BundleHead = 16;
        const int SmallestElement = 8; // its size, and "/" with three NULs

        static readonly byte[] Bundle = Encoding.ASCII.GetBytes("#bundle\0");

        readonly Message[] messages = new Message[Protocol.DatagramLimit / SmallestElement];
        byte[] data;

        /// <summary>How many messages were found.</summary>
        public int Count { get; private set; }

        /// <summary>
        /// Reads the first <paramref name="length"/> bytes. False: they are not sound, and mean nothing.
        /// </summary>
        public bool Read(byte[] bytes, int length)
        {
            data = bytes;
            Count = 0;
            return length <= Protocol.DatagramLimit && length <= bytes.Length && ReadElement(0, length, 0);
        }

        /// <summary>The big-endian int32 at an offset.</summary>
        public int Int(int at)
        {
            return data[at] << 24 | data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3];
        }

        /// <summary>The big-endian float32 at an offset.</summary>
        public float Float(int at)
        {
            return new Word { Int = Int(at) }.Float;
        }

        public bool HasTag(int message, int argument, char tag)
        {
            return argument < messages[message].TagCount && data[messages[message].Tags + argument] == tag;
        }

        public bool HasAddress(int message, byte[] address)
        {
            int start = messages[message].Address, end = messages[message].AddressEnd;
            return end - start == address.Length && StartsWith(address, start, end);
        }

        /// <summary>The offset of a message's first argument.</summary>
        public int Arguments(int message) { return messages[message].Arguments; }

        bool ReadElement(int start, int end, int depth)
        {
            if (end <= start || (end - start) % 4 != 0) return false;
            if (data[start] == '/') return ReadMessage(start, end);
            return depth < DepthLimit && StartsWith(Bundle, start, end) && ReadBundle(start, end, depth);
        }

        bool ReadBundle(int start, int end, int depth)
        {
            if (end - start < BundleHead) return false;
            for (var at = start + BundleHead; at < end;)
            {
                var size = Int(at);
                at += 4;
                if (size <= 0 || size > end - at || !ReadElement(at, at + size, depth + 1)) return false;
                at += size;
            }
            return true;
        }

        bool ReadMessage(int start, int end)
        {
            if (Count == messages.Length) return false;
            var message = new Message { Address = start, AddressEnd = StringEnd(start, end) };
            if (message.AddressEnd < 0) return false;
            var at = Padded(message.AddressEnd);
            // Senders older than the specification leave empty type tags out.
            if (at < end)
            {
                var tagsEnd = StringEnd(at, end);
                if (tagsEnd < 0 || data[at] != ',') return false;
                message.Tags = at + 1;
                message.TagCount = tagsEnd - message.Tags;
                message.Arguments = at = Padded(tagsEnd);
                for (var n = 0; n < message.TagCount && at >= 0; n++) at = Skip(data[message.Tags + n], at, end);
            }
            messages[Count++] = message;
            return at == end;
        }

        /// <summary>The offset behind an argument; negative where there is none or its type is not known.</summary>
        int Skip(byte tag, int at, int end)
        {
            switch ((char)tag)
            {
                case 'T': case 'F': case 'N': case 'I': return at;
                case 'i': case 'f': return end - at < 4 ? -1 : at + 4;
                case 'h': case 'd': case 't': return end - at < 8 ? -1 : at + 8;
                case 's':
                    var stop = StringEnd(at, end);
                    return stop < 0 ? -1 : Padded(stop);
                case 'b':
                    var size = end - at < 4 ? -1 : Int(at);
                    return size < 0 || size > end - at - 4 ? -1 : at + 4 + (size + 3) / 4 * 4;
                default: return -1;
            }
        }

        /// <summary>The offset of the NUL that ends a string; negative where none does, or it is not UTF-8.</summary>
        int StringEnd(int start, int end)
        {
            for (var at = start; at < end; at++)
                if (data[at] == 0) return IsUtf8(start, at) ? at : -1;
            return -1;
        }

        static int Padded(int stringEnd) { return stringEnd / 4 * 4 + 4; }

        bool StartsWith(byte[] head, int start, int end)
        {
            if (end - start < head.Length) return false;
            for (var n = 0; n < head.Length; n++)
                if (data[start + n] != head[n]) return false;
            return true;
        }

        bool IsUtf8(int at, int end)
        {
            while (at < end)
            {
                int lead = data[at++];
                if (lead < 0x80) continue;
                var more = lead < 0xC2 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : lead < 0xF5 ? 3 : 0;
                if (more == 0 || more > end - at) return false;
                // The second byte tells overlong forms, surrogates and what lies beyond U+10FFFF.
                var low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
                var high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
                if (data[at] < low || data[at] > high) return false;
                for (var n = 1; n < more; n++)
                    if ((data[at + n] & 0xC0) != 0x80) return false;
                at += more;
            }
            return true;
        }

        /// <summary>Where one message lies; offsets in bytes. Tags is the first type tag, behind the comma.</summary>
        struct Message
        {
            public int Address, AddressEnd, Tags, TagCount, Arguments;
        }

        [StructLayout(LayoutKind.Explicit)]
        struct Word
        {
            [FieldOffset(0)] public int Int;
            [FieldOffset(0)] public float Float;
        }
    }
}
