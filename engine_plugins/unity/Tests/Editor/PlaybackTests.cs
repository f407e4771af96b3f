using NUnit.Framework;

namespace Eyebridge.Tests
{
    public class PlaybackTests
    {
        static readonly int Blink = Protocol.Weights;

        static Frame FrameOf(float blink, int microseconds)
        {
            var frame = new Frame();
            frame.Values[Blink] = blink;
            frame.Ints[2] = microseconds & Protocol.CountMask;
            return frame;
        }

        [Test]
        public void ASenderAsFastAsTheDisplayIsShownWithoutDelay()
        {
            var playback = new Playback();
            for (var n = 0; n < 20; n++)
            {
                playback.Take(FrameOf(n % 7 / 7f, n * 8000), n * 0.008);
                playback.Advance(n * 0.008);
                // The first frame, which ends a silence, is glided to.
                if (n > 0) Assert.AreEqual(n % 7 / 7f, playback.Values[Blink], 1e-6f);
            }
        }

        [Test]
        public void ASlowSenderIsDrawnOutOverItsOwnInterval()
        {
            var playback = new Playback();
            // The sender's clock passes its end between two frames.
            var begin = int.MaxValue - 20000;
            playback.Take(FrameOf(0, begin), 0);
            for (var n = 1; n <= 4; n++) playback.Advance(n * 0.01);
            playback.Take(FrameOf(1, unchecked(begin + 40000)), 0.04);
            playback.Advance(0.05);
            Assert.AreEqual(0.25f, playback.Values[Blink], 1e-4f);
            playback.Advance(0.07);
            Assert.AreEqual(0.75f, playback.Values[Blink], 1e-4f);
            playback.Advance(0.08);
            Assert.AreEqual(1f, playback.Values[Blink]);
            Assert.IsFalse(playback.IsMoving);
        }

        [Test]
        public void WhenFramesStopEverythingEasesToNeutral()
        {
            var playback = new Playback();
            var frame = FrameOf(1, 0);
            for (var n = 0; n < frame.Values.Length; n++) frame.Values[n] += 0.5f;
            playback.Take(frame, 10);
            playback.Advance(10.2);
            var before = playback.Values[Blink];
            Assert.AreEqual(1.5f, before);
            playback.Advance(10.49);
            Assert.AreEqual(1.5f, playback.Values[Blink]);
            Assert.IsTrue(playback.IsLive);
            for (var time = 10.5; time < 11.01; time += 0.01)
            {
                playback.Advance(time);
                Assert.That(playback.Values[Blink], Is.LessThanOrEqualTo(before));
                Assert.That(before - playback.Values[Blink], Is.LessThan(0.05f));
                before = playback.Values[Blink];
            }
            playback.Advance(11.02);
            CollectionAssert.AreEqual(Protocol.Neutral, playback.Values);
            Assert.IsFalse(playback.IsLive);
            Assert.IsFalse(playback.IsMoving);
        }

        [Test]
        public void AFrameInTheMiddleOfEasingBringsTheFaceBackWithoutAJump()
        {
            var playback = new Playback();
            playback.Take(FrameOf(1, 0), 0);
            playback.Advance(0.2);
            playback.Advance(0.5);
            playback.Advance(0.75);
            var before = playback.Values[Blink];
            Assert.AreEqual(0.5f, before, 1e-4f);
            playback.Take(FrameOf(1, 0), 0.76);
            playback.Advance(0.76);
            Assert.AreEqual(before, playback.Values[Blink], 0.01f);
            playback.Advance(0.87);
            Assert.AreEqual(1f, playback.Values[Blink]);
        }

        [TestCase(5, 6, true, 0)]
        [TestCase(5, 9, true, 3)]
        [TestCase(5, 5, false, 0)]
        [TestCase(5, 4, false, 0)]
        [TestCase(int.MaxValue, 0, true, 0)]
        [TestCase(int.MaxValue - 1, 1, true, 2)]
        [TestCase(0, int.MaxValue, false, 0)]
        [TestCase(0, (1 << 30) - 1, true, (1 << 30) - 2)]
        [TestCase(0, 1 << 30, false, 0)]
        public void OnlyNewerFramesPass(int first, int second, bool passes, int lost)
        {
            var gate = new FrameGate();
            Assert.IsTrue(gate.Accepts(first, 100));
            Assert.AreEqual(passes, gate.Accepts(second, 100.4));
            Assert.AreEqual(lost, gate.Lost);
            Assert.AreEqual(passes ? 0 : 1, gate.Late);
        }

        [Test]
        public void ASenderThatBeginsAgainIsHeardAfterHalfASecondWhateverItSends()
        {
            var gate = new FrameGate();
            gate.Accepts(1000, 7);
            for (var n = 0; n < 50; n++) Assert.IsFalse(gate.Accepts(n, 7 + n * 0.01));
            Assert.IsTrue(gate.Accepts(50, 7.5));
            Assert.AreEqual(0, gate.Lost);
        }

        [Test]
        public void TheReaderGetsTheNewestAndNeverTheSameTwice()
        {
            var newest = new Newest<Frame>();
            Assert.IsFalse(newest.Take());
            for (var n = 1; n < 100; n++)
            {
                newest.Back.Ints[1] = n;
                newest.Publish();
                if (n % 3 != 0) continue;
                Assert.IsTrue(newest.Take());
                Assert.AreEqual(n, newest.Front.Sequence);
                Assert.IsFalse(newest.Take());
            }
        }

        [Test]
        public void NoFrameIsTornBetweenTwoThreads()
        {
            var newest = new Newest<Frame>();
            var writer = new System.Threading.Thread(() =>
            {
                for (var n = 1; n <= 200000; n++)
                {
                    for (var i = 0; i < newest.Back.Ints.Length; i++) newest.Back.Ints[i] = n;
                    newest.Publish();
                }
            });
            writer.Start();
            var last = 0;
            while (last < 200000)
            {
                if (!newest.Take()) continue;
                Assert.That(newest.Front.Ints, Is.All.EqualTo(newest.Front.Ints[0]));
                Assert.That(newest.Front.Ints[0], Is.GreaterThan(last));
                last = newest.Front.Ints[0];
            }
            writer.Join();
        }
    }
}
