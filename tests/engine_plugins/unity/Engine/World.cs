// A small scene on the stand-ins, and a sender of golden frames.

using System;
using System.Diagnostics;
using System.IO;
using System.Net.Sockets;
using System.Reflection;
using System.Threading;
using Eyebridge;
using UnityEngine;

/// <summary>An avatar with ARKit's shapes and eyes, a lamp, and drivers that listen at a port of their own.</summary>
sealed class World : IDisposable
{
    public readonly int Port = FreePort();
    public readonly SkinnedMeshRenderer Head;
    public readonly Transform LeftEye;
    public readonly Light Lamp;
    public readonly EyebridgeFace Face;
    public readonly EyebridgeGaze Gaze;
    public readonly EyebridgeLight Mood;

    readonly UdpClient sender = new UdpClient();
    readonly EyebridgeReceiver receiver;
    int sequence;

    public World()
    {
        var mesh = new Mesh();
        foreach (var name in Protocol.WeightNames) mesh.AddBlendShapeFrame(name, 100, null, null, null);
        var avatar = new GameObject("Avatar");
        Head = avatar.AddComponent<SkinnedMeshRenderer>();
        Head.sharedMesh = mesh;
        Head.SetBlendShapeWeight(IndexOf("mouthSmileLeft"), 10);
        LeftEye = new GameObject("LeftEye").transform;
        LeftEye.parent = avatar.transform;
        Lamp = new GameObject("Lamp").AddComponent<Light>();
        Lamp.color = new Color(0.9f, 0.7f, 0.3f);
        Lamp.intensity = 2.5f;

        receiver = avatar.AddComponent<EyebridgeReceiver>();
        Set(receiver, "port", Port);
        Face = Driver<EyebridgeFace>(avatar);
        Gaze = Driver<EyebridgeGaze>(avatar);
        Mood = Driver<EyebridgeLight>(Lamp.gameObject);
    }

    public static int IndexOf(string weight) { return Array.IndexOf(Protocol.WeightNames, weight); }

    public float Weight(string name) { return Head.GetBlendShapeWeight(IndexOf(name)); }

    /// <summary>Adds a driver as the artist would: set up first, awake after.</summary>
    public T Driver<T>(GameObject thing) where T : EyebridgeDriver, new()
    {
        var driver = thing.AddComponent<T>();
        Set(driver, "receiver", receiver);
        return driver;
    }

    public static void Set(object component, string field, object value)
    {
        for (var type = component.GetType(); type != null; type = type.BaseType)
        {
            const BindingFlags Own = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
            var found = type.GetField(field, Own);
            if (found == null) continue;
            found.SetValue(component, value);
            return;
        }
        throw new ArgumentException(field);
    }

    public static byte[] Golden(string name)
    {
        return File.ReadAllBytes(Path.Combine(Environment.GetEnvironmentVariable("EYEBRIDGE_GOLDEN"), name + ".osc"));
    }

    /// <summary>Sends a golden frame as the next of the session.</summary>
    public void Send(byte[] packet)
    {
        sequence++;
        Put(packet, 0x34, sequence);
        Put(packet, 0x38, sequence * 8000);
        Put(packet, packet.Length - 4, sequence);
        sender.Send(packet, packet.Length, "127.0.0.1", Port);
    }

    /// <summary>Sends it and waits until the receiver's thread has it; the line must have been opened.</summary>
    public void Deliver(byte[] packet)
    {
        var before = Face.Line.Receiver.Accepted;
        Send(packet);
        WaitFor(() => Face.Line.Receiver.Accepted > before);
    }

    public static void WaitFor(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed.TotalSeconds > 20) throw new TimeoutException();
            Thread.Sleep(1);
        }
    }

    public void Dispose()
    {
        foreach (var thing in new[] { Face.gameObject, LeftEye.gameObject, Lamp.gameObject })
            UnityEngine.Object.DestroyImmediate(thing);
        sender.Close();
    }

    static int FreePort()
    {
        using (var probe = new UdpClient(0)) return ((System.Net.IPEndPoint)probe.Client.LocalEndPoint).Port;
    }

    static void Put(byte[] packet, int at, int number)
    {
        for (var n = 0; n < 4; n++) packet[at + n] = (byte)(number >> 24 - 8 * n);
    }
}
