using System.Collections.Generic;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.Rendering;

namespace Eyebridge.Tests
{
    /// <summary>The drivers on real scene objects: values in, and everything back when they are switched off.</summary>
    public class DriverTests
    {
        readonly List<Object> made = new List<Object>();
        readonly float[] values = new float[Protocol.ValueCount];
        bool previewed;

        [SetUp]
        public void SetUp()
        {
            Protocol.Neutral.CopyTo(values, 0);
            previewed = EyebridgeDriver.PreviewsInEditMode;
            EyebridgeDriver.PreviewsInEditMode = true;
        }

        [TearDown]
        public void TearDown()
        {
            foreach (var thing in made) Object.DestroyImmediate(thing);
            made.Clear();
            EyebridgeDriver.PreviewsInEditMode = previewed;
        }

        GameObject Thing(string name)
        {
            var thing = new GameObject(name);
            made.Add(thing);
            return thing;
        }

        SkinnedMeshRenderer Head(float full, params string[] names)
        {
            var mesh = new Mesh { vertices = new Vector3[3] };
            foreach (var name in names) mesh.AddBlendShapeFrame(name, full, new Vector3[3], null, null);
            made.Add(mesh);
            var renderer = Thing("Head").AddComponent<SkinnedMeshRenderer>();
            renderer.sharedMesh = mesh;
            return renderer;
        }

        void Set(string weight, float value)
        {
            values[Protocol.Weights + System.Array.IndexOf(Protocol.WeightNames, weight)] = value;
        }

        [TestCase(100f)]
        [TestCase(1f)]
        public void AFaceIsFoundMovedAndPutBack(float full)
        {
            var renderer = Head(full, "Face.EyeBlinkLeft", "Face.EyeBlinkRight", "Face.JawOpen", "Breathe");
            renderer.SetBlendShapeWeight(0, 0.2f * full);
            renderer.SetBlendShapeWeight(3, 0.7f * full);
            var face = renderer.gameObject.AddComponent<EyebridgeFace>();
            Assert.AreEqual("ARKit, VRM Perfect Sync", face.Binding.Preset.Name);
            Assert.AreEqual(3, face.Binding.Matched.Count);
            Assert.AreEqual(49, face.Binding.Unmatched.Count);
            CollectionAssert.Contains(face.Binding.Unmatched, "tongueOut → tongueOut");

            Set("eyeBlinkLeft", 0.5f);
            Set("jawOpen", 1);
            face.Show(values);
            // From where the artist left the lid, 0.2, half of the way to shut.
            Assert.AreEqual(0.6f * full, renderer.GetBlendShapeWeight(0), 1e-4f * full);
            Assert.AreEqual(0, renderer.GetBlendShapeWeight(1));
            Assert.AreEqual(full, renderer.GetBlendShapeWeight(2), 1e-4f * full);
            Assert.AreEqual(0.5f, face.Pose.eyeBlinkLeft);

            face.enabled = false;
            Assert.AreEqual(0.2f * full, renderer.GetBlendShapeWeight(0));
            Assert.AreEqual(0, renderer.GetBlendShapeWeight(2));
            Assert.AreEqual(0.7f * full, renderer.GetBlendShapeWeight(3));
            Assert.AreEqual(0, face.Pose.eyeBlinkLeft);
        }

        [Test]
        public void NeutralIsTheFaceAsTheArtistLeftIt()
        {
            var renderer = Head(100, "jawOpen", "eyeBlinkLeft");
            renderer.SetBlendShapeWeight(0, 12);
            renderer.gameObject.AddComponent<EyebridgeFace>().Show(values);
            Assert.AreEqual(12, renderer.GetBlendShapeWeight(0));
        }

        [Test]
        public void AMappingScalesBendsAndAddsUp()
        {
            var renderer = Head(100, "Grin", "Jaw");
            var mapping = ScriptableObject.CreateInstance<FaceMapping>();
            made.Add(mapping);
            var face = renderer.gameObject.AddComponent<EyebridgeFace>();
            Assert.IsNull(face.Binding.Preset);
            mapping.Rules.Add(new FaceMapping.Rule { source = "mouthSmileLeft", target = "grin", gain = 0.5f });
            mapping.Rules.Add(new FaceMapping.Rule { source = "mouthSmileRight", target = "grin", gain = 0.25f });
            var late = AnimationCurve.Linear(0.5f, 0, 1, 1);
            mapping.Rules.Add(new FaceMapping.Rule { source = "jawOpen", target = "jaw", curve = late });
            mapping.Rules.Add(new FaceMapping.Rule { source = "jawOpened", target = "jaw" });
            face.Mapping = mapping;
            Set("mouthSmileLeft", 1);
            Set("mouthSmileRight", 0.4f);
            Set("jawOpen", 0.75f);
            face.Show(values);
            Assert.AreEqual(60, renderer.GetBlendShapeWeight(0), 1e-3f);
            Assert.AreEqual(50, renderer.GetBlendShapeWeight(1), 1e-3f);
            CollectionAssert.AreEqual(new[] { "jawOpened → jaw" }, face.Binding.Unmatched);

            mapping.IgnoreCase = false;
            mapping.Changed();
            face.Show(values);
            Assert.AreEqual(0, renderer.GetBlendShapeWeight(0));
            Assert.AreEqual(4, face.Binding.Unmatched.Count);
        }

        [Test]
        public void ARecordedPoseIsShownInPlaceOfTheWearers()
        {
            var renderer = Head(100, "jawOpen", "tongueOut");
            var face = renderer.gameObject.AddComponent<EyebridgeFace>();
            face.Live = false;
            face.Pose = new FacePose { tongueOut = 0.25f };
            Set("jawOpen", 1);
            face.Show(values);
            Assert.AreEqual(0, renderer.GetBlendShapeWeight(0));
            Assert.AreEqual(25, renderer.GetBlendShapeWeight(1));
        }

        [TestCase(0f, 0f)]
        [TestCase(20f, 0f)]
        [TestCase(0f, 10f)]
        [TestCase(20f, -10f)]
        public void EyesTurnAsTheSpecificationSays(float yaw, float pitch)
        {
            var avatar = Thing("Avatar");
            avatar.transform.localRotation = Quaternion.AngleAxis(30, Vector3.up);
            var eye = Thing("LeftEye");
            eye.transform.parent = avatar.transform;
            // A bone whose own axes lie anyhow.
            var rest = Quaternion.AngleAxis(70, Vector3.right) * Quaternion.AngleAxis(40, Vector3.forward);
            eye.transform.localRotation = rest;
            var look = Quaternion.Inverse(rest) * Vector3.forward;

            var gaze = avatar.AddComponent<EyebridgeGaze>();
            values[Protocol.Gaze] = yaw;
            values[Protocol.Gaze + 1] = pitch;
            gaze.Show(values);
            var seen = Quaternion.Inverse(avatar.transform.rotation) * (eye.transform.rotation * look);
            double y = yaw * System.Math.PI / 180, p = pitch * System.Math.PI / 180;
            Assert.AreEqual(-System.Math.Sin(y) * System.Math.Cos(p), seen.x, 1e-4);
            Assert.AreEqual(System.Math.Sin(p), seen.y, 1e-4);
            Assert.AreEqual(System.Math.Cos(y) * System.Math.Cos(p), seen.z, 1e-4);

            values[Protocol.Gaze] = 90;
            gaze.Show(values);
            seen = Quaternion.Inverse(avatar.transform.rotation) * (eye.transform.rotation * look);
            Assert.AreEqual(35, System.Math.Asin(-seen.x / System.Math.Cos(p)) * 180 / System.Math.PI, 0.1);

            gaze.enabled = false;
            Assert.AreEqual(rest, eye.transform.localRotation);
        }

        [TestCase(AmbientMode.Flat)]
        [TestCase(AmbientMode.Trilight)]
        [TestCase(AmbientMode.Skybox)]
        public void LightTakesTheMoodAndItsOwnBack(AmbientMode mode)
        {
            var lamp = Thing("Lamp").AddComponent<Light>();
            var own = new Color(0.9f, 0.8f, 0.7f, 1);
            lamp.color = own;
            lamp.intensity = 3;
            var keptMode = RenderSettings.ambientMode;
            RenderSettings.ambientMode = mode;
            var before = new Ambient();
            var tints = new List<Color>();

            var light = lamp.gameObject.AddComponent<EyebridgeLight>();
            light.Tint.AddListener(tints.Add);
            light.Show(values);
            Assert.AreEqual(own.r, lamp.color.r, 1e-3f);
            Assert.AreEqual(3, lamp.intensity, 1e-6f);

            values[Protocol.Light + 1] = 0.5f;
            values[Protocol.Light + 2] = 0.25f;
            values[Protocol.Light + 3] = 2;
            light.Show(values);
            Assert.AreEqual(own.linear.g * 0.5f, lamp.color.linear.g, 1e-3f);
            Assert.AreEqual(own.linear.b * 0.25f, lamp.color.linear.b, 1e-3f);
            Assert.AreEqual(4.5f, lamp.intensity, 1e-4f, "twice as bright, but the artist allows 1.5");
            Assert.AreEqual(mode == AmbientMode.Skybox, before.Intensity != RenderSettings.ambientIntensity);
            Assert.AreEqual(new Color(1, 0.5f, 0.25f), tints[1]);

            light.enabled = false;
            Assert.AreEqual(own, lamp.color);
            Assert.AreEqual(3f, lamp.intensity);
            before.AssertSame();
            Assert.AreEqual(Color.white, tints[tints.Count - 1]);
            RenderSettings.ambientMode = keptMode;
        }

        [Test]
        public void ALampOfTwoDriversIsTintedOnceAndPutBackExactly()
        {
            var lamp = Thing("Lamp").AddComponent<Light>();
            var first = lamp.gameObject.AddComponent<EyebridgeLight>();
            var room = Thing("Room");
            lamp.transform.parent = room.transform;
            values[Protocol.Light] = 0.5f;
            first.Show(values);
            var second = room.AddComponent<EyebridgeLight>();
            second.Show(values);
            Assert.AreEqual(0.5f, lamp.color.linear.r, 1e-3f);
            first.enabled = false;
            second.enabled = false;
            Assert.AreEqual(Color.white, lamp.color);
        }

        sealed class Ambient
        {
            readonly Color sky = RenderSettings.ambientSkyColor;
            readonly Color equator = RenderSettings.ambientEquatorColor;
            readonly Color ground = RenderSettings.ambientGroundColor;
            public readonly float Intensity = RenderSettings.ambientIntensity;

            public void AssertSame()
            {
                Assert.AreEqual(sky, RenderSettings.ambientSkyColor);
                Assert.AreEqual(equator, RenderSettings.ambientEquatorColor);
                Assert.AreEqual(ground, RenderSettings.ambientGroundColor);
                Assert.AreEqual(Intensity, RenderSettings.ambientIntensity);
            }
        }
    }
}
