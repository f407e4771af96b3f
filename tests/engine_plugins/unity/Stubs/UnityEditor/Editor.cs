// The editor: its events are raised by the tests, and its layout functions note what they were asked to draw.

using System;
using System.Collections.Generic;
using UnityEngine;

namespace UnityEngine
{
    public static class GUILayout
    {
        /// <summary>The button that the next frames press, by its label.</summary>
        public static string Pressed;

        public static bool Button(string text, params object[] options)
        {
            UnityEditor.EditorGUILayout.Drawn.Add(text);
            return text == Pressed;
        }
    }

    public struct Rect { }
}

namespace UnityEditor
{
    public enum MessageType { None, Info, Warning, Error }

    public enum PlayModeStateChange { EnteredEditMode, ExitingEditMode, EnteredPlayMode, ExitingPlayMode }

    public static class EditorApplication
    {
        public delegate void CallbackFunction();

        public static CallbackFunction update;
        public static CallbackFunction delayCall;

        public static event Action<PlayModeStateChange> playModeStateChanged;
        public static event Action quitting;

        public static bool isPlayingOrWillChangePlaymode { get; set; }

        public static int Updates;

        public static void QueuePlayerLoopUpdate() { Updates++; }

        public static void ChangePlayMode(PlayModeStateChange change) { playModeStateChanged(change); }

        public static void Quit() { quitting(); }

        /// <summary>One turn of the editor: what was put off, then update.</summary>
        public static void Turn()
        {
            var put = delayCall;
            delayCall = null;
            if (put != null) put();
            if (update != null) update();
        }
    }

    public static class AssemblyReloadEvents
    {
        public delegate void AssemblyReloadCallback();

        public static event AssemblyReloadCallback beforeAssemblyReload;

        public static void Reload() { beforeAssemblyReload(); }
    }

    public class SceneView
    {
        public static void RepaintAll() { }
    }

    public static class EditorPrefs
    {
        static readonly Dictionary<string, bool> Values = new Dictionary<string, bool>();

        public static bool GetBool(string key, bool defaultValue)
        {
            return Values.ContainsKey(key) ? Values[key] : defaultValue;
        }

        public static void SetBool(string key, bool value) { Values[key] = value; }
    }

    public static class Selection
    {
        public static GameObject activeGameObject { get; set; }
    }

    public static class Undo
    {
        public static void RecordObject(UnityEngine.Object o, string name) { }

        public static void RegisterCreatedObjectUndo(UnityEngine.Object o, string name) { }
    }

    public static class EditorUtility
    {
        public static readonly List<UnityEngine.Object> Dirty = new List<UnityEngine.Object>();

        public static void SetDirty(UnityEngine.Object o) { Dirty.Add(o); }

        /// <summary>The file that the next panel chooses, and what dialogs said.</summary>
        public static string Chosen = "";
        public static readonly List<string> Said = new List<string>();

        public static string OpenFilePanel(string title, string directory, string extension) { return Chosen; }

        public static bool DisplayDialog(string title, string message, string ok)
        {
            Said.Add(message);
            return true;
        }

        public static string SaveFilePanelInProject(string title, string name, string extension, string message)
        {
            return "Assets/" + name + "." + extension;
        }
    }

    public static class AssetDatabase
    {
        public static readonly Dictionary<string, UnityEngine.Object> Assets =
            new Dictionary<string, UnityEngine.Object>();

        public static void CreateAsset(UnityEngine.Object asset, string path) { Assets[path] = asset; }

        public static void ImportAsset(string path) { }

        public static T LoadAssetAtPath<T>(string path) where T : UnityEngine.Object
        {
            return Assets.ContainsKey(path) ? Assets[path] as T : null;
        }
    }

    /// <summary>The stand-ins' curves are straight in any case.</summary>
    public static class AnimationUtility
    {
        public enum TangentMode { Free, Auto, Linear }

        public static void SetKeyLeftTangentMode(AnimationCurve curve, int index, TangentMode tangentMode) { }

        public static void SetKeyRightTangentMode(AnimationCurve curve, int index, TangentMode tangentMode) { }
    }

    public static class PrefabUtility
    {
        /// <summary>The asset itself: the stand-ins cannot copy.</summary>
        public static UnityEngine.Object InstantiatePrefab(UnityEngine.Object asset) { return asset; }
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class InitializeOnLoadAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class MenuItem : Attribute
    {
        public MenuItem(string itemName) { }
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class CustomEditor : Attribute
    {
        public CustomEditor(Type inspectedType) { }

        public CustomEditor(Type inspectedType, bool editorForChildClasses) { }
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class CanEditMultipleObjects : Attribute { }

    public class Editor : ScriptableObject
    {
        public UnityEngine.Object target { get; set; }

        public virtual void OnInspectorGUI() { }

        public virtual bool RequiresConstantRepaint() { return false; }

        public bool DrawDefaultInspector() { return false; }
    }

    public class EditorWindow : ScriptableObject
    {
        public static T GetWindow<T>(string title) where T : EditorWindow, new()
        {
            var window = new T();
            Engine.Send(window, "OnEnable");
            return window;
        }

        public void Repaint() { Engine.Send(this, "OnGUI"); }

        public void Close() { Engine.Send(this, "OnDisable"); }
    }

    public class GUIStyle { }

    public static class EditorStyles
    {
        public static GUIStyle boldLabel { get { return null; } }
        public static GUIStyle miniLabel { get { return null; } }
    }

    public static class EditorGUILayout
    {
        public static readonly List<string> Drawn = new List<string>();

        public static void LabelField(string label) { Drawn.Add(label); }

        public static void LabelField(string label, GUIStyle style) { Drawn.Add(label); }

        public static void HelpBox(string message, MessageType type) { Drawn.Add(message); }

        public static bool ToggleLeft(string label, bool value) { return value; }

        public static void BeginHorizontal() { }

        public static void EndHorizontal() { }

        public static Vector2 BeginScrollView(Vector2 position) { return position; }

        public static void EndScrollView() { }

        public static Rect GetControlRect() { return new Rect(); }
    }

    public static class EditorGUI
    {
        public static void ProgressBar(Rect position, float value, string text) { EditorGUILayout.Drawn.Add(text); }
    }
}

namespace UnityEditor.SceneManagement
{
    using UnityEngine.SceneManagement;

    public static class EditorSceneManager
    {
        public delegate void SceneSavingCallback(Scene scene, string path);

        public static event SceneSavingCallback sceneSaving;

        public static void Save() { sceneSaving(SceneManager.GetActiveScene(), "Assets/Scene.unity"); }
    }

    public static class PrefabStage
    {
        public static event Action<GameObject> prefabSaving;

        public static void Save(GameObject root) { prefabSaving(root); }
    }
}
