using System;
using System.Collections.Generic;

namespace UnityEngine
{
    [Flags]
    public enum HideFlags { None = 0, HideInHierarchy = 1, DontSave = 52, HideAndDontSave = 61 }

    public class Object
    {
        public string name { get; set; }
        public HideFlags hideFlags { get; set; }
        public bool Destroyed { get; private set; }

        public static bool operator ==(Object a, Object b)
        {
            return ReferenceEquals(a, b) || Gone(a) && Gone(b);
        }

        public static bool operator !=(Object a, Object b) { return !(a == b); }

        public static implicit operator bool(Object o) { return !Gone(o); }

        public override bool Equals(object other) { return ReferenceEquals(this, other); }

        public override int GetHashCode() { return System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this); }

        public static void DestroyImmediate(Object o)
        {
            if (Gone(o)) return;
            var thing = o as GameObject;
            if (!ReferenceEquals(thing, null))
                foreach (var component in thing.Components.ToArray()) DestroyImmediate(component);
            var behaviour = o as MonoBehaviour;
            if (!ReferenceEquals(behaviour, null)) Engine.Sleep(behaviour);
            o.Destroyed = true;
        }

        static bool Gone(Object o) { return ReferenceEquals(o, null) || o.Destroyed; }
    }

    public sealed class GameObject : Object
    {
        internal readonly List<Component> Components = new List<Component>();

        public GameObject() : this("GameObject") { }

        public GameObject(string name)
        {
            this.name = name;
            transform = AddComponent<Transform>();
        }

        public Transform transform { get; private set; }

        public T AddComponent<T>() where T : Component, new()
        {
            var component = new T { gameObject = this };
            Components.Add(component);
            var behaviour = component as MonoBehaviour;
            if (!ReferenceEquals(behaviour, null)) Engine.Wake(behaviour);
            return component;
        }

        public T GetComponent<T>() where T : class
        {
            return Components.Find(component => component is T) as T;
        }

        public T GetComponentInParent<T>() where T : class { return transform.GetComponentInParent<T>(); }
    }

    public class Component : Object
    {
        public GameObject gameObject { get; internal set; }
        public Transform transform { get { return gameObject.transform; } }

        public new string name
        {
            get { return gameObject.name; }
            set { gameObject.name = value; }
        }

        public T GetComponent<T>() where T : class { return gameObject.GetComponent<T>(); }

        public T GetComponentInChildren<T>() where T : class
        {
            var all = GetComponentsInChildren<T>(false);
            return all.Length > 0 ? all[0] : null;
        }

        public T GetComponentInParent<T>() where T : class
        {
            for (var at = transform; at != null; at = at.parent)
                if (at.GetComponent<T>() != null) return at.GetComponent<T>();
            return null;
        }

        public T[] GetComponentsInChildren<T>(bool includeInactive) where T : class
        {
            var found = new List<T>();
            Collect(transform, found);
            return found.ToArray();
        }

        static void Collect<T>(Transform at, List<T> found) where T : class
        {
            foreach (var component in at.gameObject.Components)
                if (component is T) found.Add(component as T);
            foreach (var child in at.Children) Collect(child, found);
        }
    }

    public class Behaviour : Component
    {
        bool on = true;

        public bool isActiveAndEnabled { get { return on && !Destroyed; } }

        public bool enabled
        {
            get { return on; }
            set
            {
                on = value;
                var behaviour = this as MonoBehaviour;
                if (ReferenceEquals(behaviour, null)) return;
                if (on) Engine.Wake(behaviour);
                else Engine.Sleep(behaviour);
            }
        }
    }

    public class MonoBehaviour : Behaviour { }

    public class ScriptableObject : Object
    {
        public static T CreateInstance<T>() where T : ScriptableObject, new() { return new T(); }
    }

    public sealed class Transform : Component
    {
        internal readonly List<Transform> Children = new List<Transform>();
        Transform above;

        public Transform() { localRotation = Quaternion.identity; }

        public Quaternion localRotation { get; set; }
        public Vector3 localPosition { get; set; }

        public Transform parent
        {
            get { return above; }
            set
            {
                above = value;
                above.Children.Add(this);
            }
        }

        public Quaternion rotation
        {
            get { return above != null ? above.rotation * localRotation : localRotation; }
            set { localRotation = above != null ? Quaternion.Inverse(above.rotation) * value : value; }
        }

        public Vector3 position { get; set; }
    }

    public static class Application
    {
        public static bool isPlaying { get; set; }

        public static bool IsPlaying(Object o) { return isPlaying; }
    }

    public static class Time
    {
        public static double realtimeSinceStartupAsDouble { get; internal set; }
    }

    public static class Debug
    {
        public static void Log(object message) { Console.WriteLine(message); }

        public static void LogWarning(object message) { Console.WriteLine(message); }
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class ExecuteAlways : Attribute { }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class DisallowMultipleComponent : Attribute { }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class AddComponentMenu : Attribute
    {
        public AddComponentMenu(string path) { }
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class CreateAssetMenuAttribute : Attribute
    {
        public string menuName { get; set; }
        public string fileName { get; set; }
    }

    [AttributeUsage(AttributeTargets.Field)]
    public sealed class SerializeField : Attribute { }

    [AttributeUsage(AttributeTargets.Field)]
    public sealed class TooltipAttribute : Attribute
    {
        public TooltipAttribute(string text) { }
    }

    [AttributeUsage(AttributeTargets.Field)]
    public sealed class RangeAttribute : Attribute
    {
        public RangeAttribute(float min, float max) { }
    }
}
