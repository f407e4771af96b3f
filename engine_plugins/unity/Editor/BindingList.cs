using System.Collections.Generic;
using UnityEditor;
using UnityEngine;

namespace Eyebridge
{
    /// <summary>What a face found on its meshes, and what it did not.</summary>
    static class BindingList
    {
        public static void Draw(FaceBinding binding)
        {
            EditorGUILayout.LabelField(Title(binding), EditorStyles.boldLabel);
            Draw("Not found", binding.Unmatched);
            Draw("Found", binding.Matched);
        }

        public static string Title(FaceBinding binding)
        {
            if (binding.Matched.Count == 0) return "No blendshape matches; choose or edit a Face Mapping";
            var name = binding.Preset != null ? binding.Preset.Name : "Face Mapping";
            return name + ": " + binding.Matched.Count + " of " + (binding.Matched.Count + binding.Unmatched.Count);
        }

        static void Draw(string title, IList<string> lines)
        {
            if (lines.Count == 0) return;
            EditorGUILayout.LabelField(title);
            foreach (var line in lines) EditorGUILayout.LabelField("    " + line, EditorStyles.miniLabel);
        }
    }
}
