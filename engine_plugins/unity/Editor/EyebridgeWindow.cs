using UnityEditor;
using UnityEngine;

namespace Eyebridge
{
    /// <summary>
    /// What comes in, live: state of the line, all values, commands, and the mapping of the selected face.
    /// </summary>
    public sealed class EyebridgeWindow : EditorWindow
    {
        Vector2 scroll;
        Line line;

        [MenuItem("Window/Eyebridge")]
        static void Open() { GetWindow<EyebridgeWindow>("Eyebridge"); }

        void OnEnable() { line = Line.Acquire(Endpoint.Default); }

        void OnDisable()
        {
            if (line != null) line.Release();
            line = null;
        }

        // Ten times a second, by Unity.
        void OnInspectorUpdate() { Repaint(); }

        void OnGUI()
        {
            var shown = ShownLine();
            shown.Advance(Time.realtimeSinceStartupAsDouble);
            var preview = EditorGUILayout.ToggleLeft("Preview in edit mode", EditPreview.IsOn);
            if (preview != EditPreview.IsOn) EditPreview.IsOn = preview;
            LineStatus.Draw(shown);
            LineStatus.DrawCommands();
            var face = SelectedFace();
            if (face != null) PoseRecorder.Draw(face);
            scroll = EditorGUILayout.BeginScrollView(scroll);
            if (face != null && face.Binding != null) BindingList.Draw(face.Binding);
            foreach (var message in Protocol.Messages) DrawValues(message, shown.Values);
            EditorGUILayout.EndScrollView();
        }

        Line ShownLine()
        {
            var face = SelectedFace();
            return face != null && face.Line != null ? face.Line : line;
        }

        static EyebridgeFace SelectedFace()
        {
            var selected = Selection.activeGameObject;
            return selected != null ? selected.GetComponentInParent<EyebridgeFace>() : null;
        }

        static void DrawValues(MessageLayout message, float[] values)
        {
            EditorGUILayout.LabelField(message.Address, EditorStyles.boldLabel);
            var n = message.FirstValue;
            foreach (var argument in message.Arguments)
            {
                if (argument.IsInt) continue;
                var value = values[n++];
                var share = (float)((value - argument.Low) / (argument.High - argument.Low));
                var area = EditorGUILayout.GetControlRect();
                EditorGUI.ProgressBar(area, share, argument.Name + "  " + value.ToString("0.00"));
            }
        }
    }
}
