using UnityEditor;
using UnityEngine;

namespace Eyebridge
{
    /// <summary>The state of a line and the commands to eyebridge, for the window and the inspectors.</summary>
    static class LineStatus
    {
        public static void Draw(Line line)
        {
            if (line == null)
                EditorGUILayout.HelpBox("Not running: switch the preview on in Window > Eyebridge, or press Play.",
                    MessageType.Info);
            else if (line.Problem != null)
                EditorGUILayout.HelpBox(line.Problem, MessageType.Warning);
            else
                EditorGUILayout.HelpBox(TextOf(line), MessageType.Info);
        }

        /// <summary>What a line that is well does, in words.</summary>
        public static string TextOf(Line line)
        {
            if (!line.IsLive) return "Waiting for eyebridge at port " + line.Endpoint.Port + ".";
            var calibrated = (line.Flags & FrameFlags.Personalized) != 0 ? "calibrated" : "not calibrated";
            var receiver = line.Receiver;
            return "Live, " + calibrated + ": " + receiver.Accepted + " frames, " + receiver.Lost + " lost, "
                + receiver.Late + " late, " + receiver.Refused + " refused.";
        }

        public static void DrawCommands()
        {
            EditorGUILayout.BeginHorizontal();
            if (GUILayout.Button("Recenter")) Commands.Recenter();
            if (GUILayout.Button("Calibrate")) Commands.Calibrate();
            EditorGUILayout.EndHorizontal();
        }
    }
}
