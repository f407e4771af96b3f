// What the tests turn by hand: Unity's loop.

using System;
using System.Collections.Generic;
using System.Reflection;

namespace UnityEngine
{
    public static class Engine
    {
        const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

        static readonly List<MonoBehaviour> Awake = new List<MonoBehaviour>();
        static readonly List<MonoBehaviour> Made = new List<MonoBehaviour>();

        /// <summary>Lets every behaviour that runs now have its LateUpdate.</summary>
        public static void Frame(double time)
        {
            Time.realtimeSinceStartupAsDouble = time;
            for (var n = 0; n < Awake.Count; n++) Send(Awake[n], "LateUpdate");
        }

        /// <summary>The behaviours of a type that are in the scene, awake or not.</summary>
        public static List<T> All<T>() where T : MonoBehaviour
        {
            return Made.ConvertAll(b => b as T).FindAll(b => b != null);
        }

        internal static bool Runs(object behaviour)
        {
            return Application.isPlaying || behaviour.GetType().IsDefined(typeof(ExecuteAlways), true);
        }

        public static void Send(object behaviour, string message)
        {
            for (var type = behaviour.GetType(); type != null; type = type.BaseType)
            {
                var method = type.GetMethod(message, Members | BindingFlags.DeclaredOnly);
                if (method == null) continue;
                ((Action)Delegate.CreateDelegate(typeof(Action), behaviour, method))();
                return;
            }
        }

        internal static void Wake(MonoBehaviour behaviour)
        {
            if (!Made.Contains(behaviour)) Made.Add(behaviour);
            if (!Runs(behaviour) || Awake.Contains(behaviour)) return;
            Awake.Add(behaviour);
            Send(behaviour, "OnEnable");
        }

        internal static void Sleep(MonoBehaviour behaviour)
        {
            if (Awake.Remove(behaviour)) Send(behaviour, "OnDisable");
        }
    }
}
