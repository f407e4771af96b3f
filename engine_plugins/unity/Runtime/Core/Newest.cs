using System.Threading;

namespace Eyebridge
{
    /// <summary>
    /// Three slots between two threads: the writer fills Back and publishes it, the reader takes the newest one;
    /// neither waits for the other, and what was not taken in time is overwritten.
    /// </summary>
    public sealed class Newest<T> where T : class, new()
    {
        const int Fresh = 4;
        const int Index = 3;

        readonly T[] slots = { new T(), new T(), new T() };
        int back = 0;
        int front = 1;
        int middle = 2; // the slot that belongs to nobody, and whether its content was taken yet

        /// <summary>The writer's own slot.</summary>
        public T Back { get { return slots[back]; } }

        /// <summary>The reader's own slot.</summary>
        public T Front { get { return slots[front]; } }

        /// <summary>Whether something waits to be taken.</summary>
        public bool HasNews { get { return (Volatile.Read(ref middle) & Fresh) != 0; } }

        public void Publish()
        {
            back = Interlocked.Exchange(ref middle, back | Fresh) & Index;
        }

        /// <summary>Makes Front the newest content; false where it is already.</summary>
        public bool Take()
        {
            if (!HasNews) return false;
            front = Interlocked.Exchange(ref middle, front) & Index;
            return true;
        }
    }
}
