using UnityEditor;
using UnityEngine;

namespace Eyebridge
{
    /// <summary>A driver's settings, and how it is doing.</summary>
    [CustomEditor(typeof(EyebridgeDriver), true), CanEditMultipleObjects]
    public class DriverEditor : Editor
    {
        Line Line { get { return ((EyebridgeDriver)target).Line; } }

        public override bool RequiresConstantRepaint() { return Line != null && Line.IsLive; }

        public override void OnInspectorGUI()
        {
            LineStatus.Draw(Line);
            DrawDefaultInspector();
        }
    }

    /// <summary>Likewise, with what was found on the meshes.</summary>
    [CustomEditor(typeof(EyebridgeFace))]
    public sealed class FaceEditor : DriverEditor
    {
        public override void OnInspectorGUI()
        {
            base.OnInspectorGUI();
            var face = (EyebridgeFace)target;
            if (face.Binding == null) return;
            if (GUILayout.Button("Look for meshes again")) face.Rebind();
            BindingList.Draw(face.Binding);
        }
    }

    [CustomEditor(typeof(EyebridgeReceiver))]
    public sealed class ReceiverEditor : Editor
    {
        public override void OnInspectorGUI()
        {
            DrawDefaultInspector();
            LineStatus.DrawCommands();
        }
    }

    /// <summary>A mapping's rules, and buttons that fill it with a preset.</summary>
    [CustomEditor(typeof(FaceMapping))]
    public sealed class MappingEditor : Editor
    {
        public override void OnInspectorGUI()
        {
            var mapping = (FaceMapping)target;
            EditorGUILayout.LabelField("Begin with the names of", EditorStyles.boldLabel);
            foreach (var preset in Preset.All)
                if (GUILayout.Button(preset.Name)) Fill(mapping, preset);
            DrawDefaultInspector();
        }

        public static void Fill(FaceMapping mapping, Preset preset)
        {
            Undo.RecordObject(mapping, "Use " + preset.Name);
            mapping.Use(preset);
            EditorUtility.SetDirty(mapping);
        }
    }
}
