using System;
using System.Collections.Generic;

namespace UnityEngine
{
    public struct Vector2
    {
        public float x, y;

        public Vector2(float x, float y)
        {
            this.x = x;
            this.y = y;
        }
    }

    public struct Vector3
    {
        public float x, y, z;

        public Vector3(float x, float y, float z)
        {
            this.x = x;
            this.y = y;
            this.z = z;
        }

        public static Vector3 right { get { return new Vector3(1, 0, 0); } }
        public static Vector3 up { get { return new Vector3(0, 1, 0); } }
        public static Vector3 forward { get { return new Vector3(0, 0, 1); } }

        public static Vector3 Cross(Vector3 a, Vector3 b)
        {
            return new Vector3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);
        }

        public static Vector3 operator +(Vector3 a, Vector3 b) { return new Vector3(a.x + b.x, a.y + b.y, a.z + b.z); }

        public static Vector3 operator *(float f, Vector3 v) { return new Vector3(f * v.x, f * v.y, f * v.z); }
    }

    public struct Vector4
    {
        public float x, y, z, w;

        public Vector4(float x, float y, float z, float w)
        {
            this.x = x;
            this.y = y;
            this.z = z;
            this.w = w;
        }
    }

    public struct Quaternion
    {
        public float x, y, z, w;

        public Quaternion(float x, float y, float z, float w)
        {
            this.x = x;
            this.y = y;
            this.z = z;
            this.w = w;
        }

        public static Quaternion identity { get { return new Quaternion(0, 0, 0, 1); } }

        public static Quaternion AngleAxis(float degrees, Vector3 axis)
        {
            var half = degrees * Math.PI / 360;
            var sine = (float)Math.Sin(half);
            return new Quaternion(axis.x * sine, axis.y * sine, axis.z * sine, (float)Math.Cos(half));
        }

        public static Quaternion Inverse(Quaternion q) { return new Quaternion(-q.x, -q.y, -q.z, q.w); }

        public static Quaternion operator *(Quaternion a, Quaternion b)
        {
            return new Quaternion(
                a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
                a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
                a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
                a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z);
        }

        public static Vector3 operator *(Quaternion q, Vector3 v)
        {
            var axis = new Vector3(q.x, q.y, q.z);
            var twice = 2 * Vector3.Cross(axis, v);
            return v + q.w * twice + Vector3.Cross(axis, twice);
        }
    }

    public struct Color
    {
        public float r, g, b, a;

        public Color(float r, float g, float b) : this(r, g, b, 1) { }

        public Color(float r, float g, float b, float a)
        {
            this.r = r;
            this.g = g;
            this.b = b;
            this.a = a;
        }

        public static Color white { get { return new Color(1, 1, 1); } }

        public Color linear { get { return new Color(ToLinear(r), ToLinear(g), ToLinear(b), a); } }
        public Color gamma { get { return new Color(ToGamma(r), ToGamma(g), ToGamma(b), a); } }

        public static Color Lerp(Color a, Color b, float t)
        {
            return new Color(Mathf.Lerp(a.r, b.r, t), Mathf.Lerp(a.g, b.g, t), Mathf.Lerp(a.b, b.b, t),
                Mathf.Lerp(a.a, b.a, t));
        }

        static float ToLinear(float s)
        {
            return s <= 0.04045f ? s / 12.92f : (float)Math.Pow((s + 0.055) / 1.055, 2.4);
        }

        static float ToGamma(float l)
        {
            return l <= 0.0031308f ? l * 12.92f : (float)(1.055 * Math.Pow(l, 1 / 2.4) - 0.055);
        }
    }

    public static class Mathf
    {
        public static float Clamp(float value, float low, float high) { return Math.Max(low, Math.Min(high, value)); }

        public static float Lerp(float a, float b, float t) { return a + (b - a) * Clamp(t, 0, 1); }
    }

    /// <summary>Straight lines between its keys.</summary>
    public sealed class AnimationCurve
    {
        readonly SortedList<float, float> keys = new SortedList<float, float>();

        public int length { get { return keys.Count; } }

        public static AnimationCurve Linear(float startTime, float start, float endTime, float end)
        {
            var curve = new AnimationCurve();
            curve.AddKey(startTime, start);
            curve.AddKey(endTime, end);
            return curve;
        }

        public static AnimationCurve Constant(float start, float end, float value)
        {
            return Linear(start, value, end, value);
        }

        public int AddKey(float time, float value)
        {
            if (keys.ContainsKey(time)) return -1;
            keys.Add(time, value);
            return keys.IndexOfKey(time);
        }

        public float Evaluate(float time)
        {
            for (var n = 0; n < keys.Count; n++)
            {
                if (time > keys.Keys[n]) continue;
                if (n == 0) return keys.Values[0];
                var share = (time - keys.Keys[n - 1]) / (keys.Keys[n] - keys.Keys[n - 1]);
                return Mathf.Lerp(keys.Values[n - 1], keys.Values[n], share);
            }
            return keys.Values[keys.Count - 1];
        }
    }

    /// <summary>A clip of whole properties.</summary>
    public sealed class AnimationClip : Object
    {
        public readonly Dictionary<string, AnimationCurve> Curves = new Dictionary<string, AnimationCurve>();

        public float frameRate { get; set; }

        public void SetCurve(string relativePath, Type type, string propertyName, AnimationCurve curve)
        {
            Curves[propertyName] = curve;
        }
    }
}

namespace UnityEngine.Events
{
    public delegate void UnityAction<T>(T value);

    public class UnityEvent<T>
    {
        UnityAction<T> listeners;

        public void AddListener(UnityAction<T> listener) { listeners += listener; }

        public void Invoke(T value)
        {
            if (listeners != null) listeners(value);
        }
    }
}
