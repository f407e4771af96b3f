using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Eyebridge;
using Eyebridge.Samples;
using NUnit.Framework;
using UnityEditor;
using UnityEditor.SceneManagement;
using UnityEngine;
using UnityEngine.Rendering;

/// <summary>
/// From a datagram to the scene and back, on the stand-ins: what needs Unity's loop and the editor's events.
/// </summary>
public class EngineTests
{
    World world;
    double time;

    [SetUp]
    public void SetUp()
    {
        Application.isPlaying = true;
        EditorApplication.isPlayingOrWillChangePlaymode = true;
        EditPreview.IsOn = false;
        EditorUtility.Dirty.Clear();
        time = 1000;
        world = new World();
        Frame();
    }

    [TearDown]
    public void TearDown() { world.Dispose(); }

    void Frame(double seconds = 0.011)
    {
        time += seconds;
        Engine.Frame(time);
    }

    void Show(string golden)
    {
        for (var n = 0; n < 12; n++)
        {
            world.Deliver(World.Golden(golden));
            Frame();
        }
    }

    void StopPlaying()
    {
        Application.isPlaying = false;
        EditorApplication.isPlayingOrWillChangePlaymode = false;
        EditorApplication.ChangePlayMode(PlayModeStateChange.EnteredEditMode);
        EditorApplication.Turn();
    }

    [Test]
    public void StoppedInMidExpressionAllEasesToTheArtistsOwn()
    {
        Show("native_happy");
        // The golden frame smiles at 0.5, and the artist's own smile is 10 of 100.
        Assert.AreEqual(55, world.Weight("mouthSmileLeft"), 1e-3f);
        Assert.That(world.Lamp.color.g, Is.LessThan(0.69f));
        var smile = world.Weight("mouthSmileLeft");
        var brightness = world.Lamp.intensity;
        Assert.That(brightness, Is.GreaterThan(2.51f));

        for (var n = 0; n < 40; n++) Frame();
        Assert.AreEqual(smile, world.Weight("mouthSmileLeft"), "0.44 seconds of silence are a pause");
        for (var n = 0; n < 60; n++)
        {
            Frame();
            Assert.That(world.Weight("mouthSmileLeft"), Is.LessThanOrEqualTo(smile));
            Assert.That(smile - world.Weight("mouthSmileLeft"), Is.LessThan(3), "no jump");
            Assert.That(world.Lamp.intensity, Is.LessThanOrEqualTo(brightness));
            smile = world.Weight("mouthSmileLeft");
            brightness = world.Lamp.intensity;
        }
        Assert.AreEqual(10f, world.Weight("mouthSmileLeft"));
        Assert.AreEqual(0.7f, world.Lamp.color.g, 1e-5f);
        Assert.AreEqual(2.5f, world.Lamp.intensity);
    }

    [Test]
    public void SwitchedOffInMidExpressionAllIsExactlyTheArtistsOwn()
    {
        Show("native_ramp");
        Assert.AreNotEqual(Quaternion.identity, world.LeftEye.localRotation);
        world.Face.enabled = false;
        world.Gaze.enabled = false;
        world.Mood.enabled = false;
        foreach (var name in Protocol.WeightNames)
            Assert.AreEqual(name == "mouthSmileLeft" ? 10f : 0f, world.Weight(name));
        Assert.AreEqual(Quaternion.identity, world.LeftEye.localRotation);
        Assert.AreEqual(new Color(0.9f, 0.7f, 0.3f), world.Lamp.color);
        Assert.AreEqual(2.5f, world.Lamp.intensity);
        Assert.IsNull(world.Face.Line);
        new UdpClient(new IPEndPoint(IPAddress.Loopback, world.Port)).Close(); // the port is free again
    }

    [Test]
    public void InEditModeThePreviewRunsAndRestsByItself()
    {
        StopPlaying();
        world.Face.enabled = false;
        world.Face.enabled = true;
        Assert.IsNull(world.Face.Line, "switched off");
        EditPreview.IsOn = true;
        Frame();
        EditorApplication.Turn();
        EditorApplication.Turn();
        var drawn = EditorApplication.Updates;
        EditorApplication.Turn();
        Assert.AreEqual(drawn, EditorApplication.Updates, "nothing comes, nothing is drawn");
        world.Deliver(World.Golden("native_happy"));
        EditorApplication.Turn();
        Assert.AreEqual(drawn + 1, EditorApplication.Updates);
        Show("native_happy");
        Assert.AreEqual(55, world.Weight("mouthSmileLeft"), 1e-3f);
        for (var n = 0; n < 120; n++) Frame();
        EditorApplication.Turn();
        drawn = EditorApplication.Updates;
        EditorApplication.Turn();
        Assert.AreEqual(drawn, EditorApplication.Updates);
    }

    [TestCase("scene")]
    [TestCase("prefab")]
    [TestCase("play")]
    [TestCase("reload")]
    public void NothingOfThePreviewReachesAFile(string reason)
    {
        StopPlaying();
        EditPreview.IsOn = true;
        Frame();
        Show("native_ramp");
        Assert.AreNotEqual(0f, world.Weight("tongueOut"));
        if (reason == "scene") EditorSceneManager.Save();
        if (reason == "prefab") PrefabStage.Save(world.Face.gameObject);
        if (reason == "play") EditorApplication.ChangePlayMode(PlayModeStateChange.ExitingEditMode);
        if (reason == "reload") AssemblyReloadEvents.Reload();
        Assert.AreEqual(0f, world.Weight("tongueOut"));
        Assert.AreEqual(10f, world.Weight("mouthSmileLeft"));
        Assert.AreEqual(new FacePose(), world.Face.Pose);
        Assert.AreEqual(new Color(0.9f, 0.7f, 0.3f), world.Lamp.color);
        Assert.AreEqual(Quaternion.identity, world.LeftEye.localRotation);
        Assert.AreEqual(0, EditorUtility.Dirty.Count);

        EditorApplication.isPlayingOrWillChangePlaymode = reason == "play";
        EditorApplication.Turn();
        var resumes = reason == "scene" || reason == "prefab";
        Assert.AreEqual(resumes, world.Face.Line != null);
    }

    [Test]
    public void ATakenPortIsASentenceAndIsTriedAgain()
    {
        var port = world.Port;
        world.Face.enabled = world.Gaze.enabled = world.Mood.enabled = false;
        using (new UdpClient(new IPEndPoint(IPAddress.Loopback, port)))
        {
            world.Face.enabled = true;
            Frame();
            var start = "Port " + port + " cannot be opened (AddressAlreadyInUse)";
            StringAssert.StartsWith(start, world.Face.Line.Problem);
            Assert.AreEqual(10f, world.Weight("mouthSmileLeft"));
        }
        Frame(1.9);
        Assert.IsNotNull(world.Face.Line.Problem);
        Frame(0.2);
        Assert.IsNull(world.Face.Line.Problem);
        Show("native_happy");
        Assert.AreEqual(55, world.Weight("mouthSmileLeft"), 1e-3f);
    }

    [Test]
    public void ANewerVersionIsSaidAndNotShown()
    {
        var packet = World.Golden("refused_version_2");
        world.Send(packet);
        World.WaitFor(() => world.Face.Line.Receiver.Refused == 1);
        Frame();
        StringAssert.Contains("update this package", world.Face.Line.Problem);
        Assert.IsFalse(world.Face.Line.IsLive);
    }

    [Test]
    public void CommandsAreOneMessageWithoutArguments()
    {
        using (var heard = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)))
        {
            heard.Client.ReceiveTimeout = 20000;
            Commands.Send("/eyebridge/recenter", ((IPEndPoint)heard.Client.LocalEndPoint).Port);
            var from = new IPEndPoint(IPAddress.Any, 0);
            Assert.AreEqual("/eyebridge/recenter\0,\0\0\0", Encoding.ASCII.GetString(heard.Receive(ref from)));
        }
    }

    [Test]
    public void TheWindowShowsValuesAndWhatWasFound()
    {
        Show("native_happy");
        Selection.activeGameObject = world.Face.gameObject;
        var window = EditorWindow.GetWindow<EyebridgeWindow>("Eyebridge");
        EditorGUILayout.Drawn.Clear();
        window.Repaint();
        window.Close();
        var drawn = EditorGUILayout.Drawn;
        CollectionAssert.Contains(drawn, "ARKit, VRM Perfect Sync: 52 of 52");
        CollectionAssert.Contains(drawn, "mouthSmileLeft  " + 0.5f.ToString("0.00"));
        Assert.That(drawn, Has.Some.StartsWith("Live, calibrated: 12 frames, 0 lost"));
    }

    [Test]
    public void ARecordedClipSaysWhatWasSeen()
    {
        var recorder = new PoseRecorder(world.Face, 50);
        for (var n = 0; n <= 100; n++)
        {
            world.Face.Pose = new FacePose { jawOpen = n < 50 ? 0 : (n - 50) / 50f, tongueOut = 0.25f };
            recorder.Take(50 + n * 0.01);
        }
        var curves = recorder.Clip().Curves;
        Assert.AreEqual(53, curves.Count);
        Assert.AreEqual(0, curves["pose.jawOpen"].Evaluate(0.49f), 1e-3f);
        Assert.AreEqual(0.5f, curves["pose.jawOpen"].Evaluate(0.75f), 1e-3f);
        Assert.AreEqual(0.25f, curves["pose.tongueOut"].Evaluate(0.3f));
        Assert.AreEqual(2, curves["pose.tongueOut"].length, "what rests takes no keys");
        Assert.AreEqual(0, curves["live"].Evaluate(0.5f));
    }

    [Test]
    public void TheSkysOwnMaterialIsNeverWrittenTo()
    {
        int tint = Shader.PropertyToID("_Tint"), exposure = Shader.PropertyToID("_Exposure");
        var own = new Material("Evening");
        own.SetColor(tint, new Color(0.5f, 0.5f, 0.5f));
        own.SetFloat(exposure, 1.3f);
        RenderSettings.skybox = own;
        World.Set(world.Mood, "sky", true);
        Engine.Send(world.Mood, "OnValidate");
        Show("native_happy");
        Assert.AreNotSame(own, RenderSettings.skybox);
        Assert.That(RenderSettings.skybox.GetColor(tint).g, Is.LessThan(0.5f));
        Assert.That(RenderSettings.skybox.GetFloat(exposure), Is.GreaterThan(1.3f));
        Assert.AreEqual(0.5f, own.GetColor(tint).g);
        Assert.AreEqual(1.3f, own.GetFloat(exposure));
        var copy = RenderSettings.skybox;
        world.Mood.enabled = false;
        Assert.AreSame(own, RenderSettings.skybox);
        Assert.IsTrue(copy.Destroyed);
    }

    [Test]
    public void ShadersAndPostProcessingTakeTheTint()
    {
        var global = Shader.PropertyToID("_EyebridgeTint");
        var volume = world.Driver<EyebridgeVolume>(world.Lamp.gameObject);
        Show("native_happy");
        // The golden light is 1, 0.75, 0.375 at 1.25.
        Assert.AreEqual(0.75f, Shader.GetGlobalVector(global).y, 1e-5f);
        Assert.AreEqual(1.25f, Shader.GetGlobalVector(global).w, 1e-5f);
        var profile = new List<VolumeProfile>();
        foreach (var made in Engine.All<Volume>()) profile.Add(made.sharedProfile);
        var filter = ((UnityEngine.Rendering.Universal.ColorAdjustments)profile[0].components[0]).colorFilter;
        Assert.IsTrue(filter.overrideState);
        Assert.AreEqual(1 - 0.3f * 0.25f, filter.value.linear.g, 1e-4f);
        volume.enabled = false;
        world.Mood.enabled = false;
        Assert.AreEqual(0f, Shader.GetGlobalVector(global).y);
        CollectionAssert.IsEmpty(Engine.All<Volume>());
    }

    [Test]
    public void TheSampleSetsUpAModelOrSaysWhatIsMissing()
    {
        var home = Directory.GetCurrentDirectory();
        var project = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())).FullName;
        Directory.SetCurrentDirectory(project);
        EditorUtility.Chosen = Path.Combine(project, "downloaded.glb");
        File.WriteAllText(EditorUtility.Chosen, "glTF");
        SampleAvatar.Create();
        StringAssert.Contains("com.unity.cloud.gltfast", EditorUtility.Said[EditorUtility.Said.Count - 1]);

        var model = world.Head.gameObject;
        model.GetComponent<EyebridgeFace>().enabled = false;
        AssetDatabase.Assets["Assets/Eyebridge Avatar/eyebridge_avatar.glb"] = model;
        EditorUtility.Chosen = "";
        SampleAvatar.Create();
        Assert.AreSame(model, Selection.activeGameObject);
        Assert.AreEqual(2, Engine.All<EyebridgeFace>().FindAll(face => face.gameObject == model).Count);
        var lamp = Engine.All<EyebridgeLight>().Find(light => light.name == "Mood Lamp");
        UnityEngine.Object.DestroyImmediate(lamp.gameObject);
        Directory.SetCurrentDirectory(home);
        Directory.Delete(project, true);
    }

    [Test]
    public void ASceneThatWasLoadedMeanwhileKeepsItsOwnAmbientLight()
    {
        Show("native_happy");
        UnityEngine.SceneManagement.SceneManager.Active.handle++;
        RenderSettings.ambientIntensity = 0.7f;
        world.Mood.enabled = false;
        Assert.AreEqual(0.7f, RenderSettings.ambientIntensity);
        RenderSettings.ambientIntensity = 1;
    }
}
