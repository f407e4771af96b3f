using System;
using NUnit.Framework;

namespace Eyebridge.Tests
{
    public class NamesTests
    {
        static readonly string[] None = new string[0];

        [TestCase("eyeBlinkLeft", true, 0)]
        [TestCase("EYEBLINKLEFT", true, 0)]
        [TestCase("EYEBLINKLEFT", false, -1)]
        [TestCase("Fcl_EYE_Close_L", true, 1)]
        [TestCase("jawOpen", true, 2)]
        [TestCase("JAWOPEN", false, -1)]
        [TestCase("tongueOut", true, 4)]
        [TestCase("head_tongueOut", false, 3)]
        [TestCase("", true, -1)]
        public void NamesAreFoundByTheirEnds(string name, bool ignoreCase, int index)
        {
            var names = new[] { "blendShape1.eyeBlinkLeft", "Face.M_F00_000_00_Fcl_EYE_Close_L", "head_jawOpen",
                "head_tongueOut", "tongueOut" };
            var prefixes = new[] { "M_F00_000_00_", "head_" };
            Assert.AreEqual(index, new ShapeNames(names, prefixes, ignoreCase).Find(name));
        }

        [Test]
        public void EveryPresetIsRecognisedByItsOwnNames()
        {
            foreach (var preset in Preset.All)
            {
                var names = Array.ConvertAll(preset.Rules, rule => "Face." + rule.Target);
                Assert.AreSame(preset, Preset.Detect(new ShapeNames(names, None, true)), preset.Name);
            }
            Assert.IsNull(Preset.Detect(new ShapeNames(new[] { "Smile", "Breathe" }, None, true)));
            Assert.IsNull(Preset.Detect(new ShapeNames(None, None, true)));
        }

        [Test]
        public void PresetsKnowOurNamesAndSayNothingTwice()
        {
            foreach (var preset in Preset.All)
            {
                CollectionAssert.AllItemsAreUnique(Array.ConvertAll(preset.Rules, rule => rule.Source + rule.Target));
                foreach (var rule in preset.Rules)
                {
                    CollectionAssert.Contains(Protocol.WeightNames, rule.Source, preset.Name);
                    Assert.That(rule.Gain, Is.GreaterThan(0).And.LessThanOrEqualTo(1));
                }
            }
        }

        [Test]
        public void ABlinkIsWholeInEveryPreset()
        {
            foreach (var preset in Preset.All)
            {
                var left = Array.FindAll(preset.Rules, rule => rule.Source == "eyeBlinkLeft");
                var right = Array.FindAll(preset.Rules, rule => rule.Source == "eyeBlinkRight");
                Assert.AreEqual(1, left.Length, preset.Name);
                Assert.AreEqual(1, right.Length, preset.Name);
                var shared = left[0].Target == right[0].Target;
                Assert.AreEqual(shared ? 0.5f : 1f, left[0].Gain, preset.Name);
            }
        }

        [Test]
        public void ThePoseHasOurNamesInOurOrder()
        {
            var pose = new FacePose();
            for (var n = 0; n < Protocol.WeightCount; n++) FacePose.At(ref pose, n) = n + 1;
            var fields = typeof(FacePose).GetFields();
            Assert.AreEqual(Protocol.WeightCount, fields.Length);
            for (var n = 0; n < fields.Length; n++)
                Assert.AreEqual(n + 1f, typeof(FacePose).GetField(Protocol.WeightNames[n]).GetValue(pose));
        }
    }
}
