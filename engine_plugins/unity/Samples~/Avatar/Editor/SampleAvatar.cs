using System.IO;
using UnityEditor;
using UnityEngine;

namespace Eyebridge.Samples
{
    /// <summary>Sets up eyebridge's own avatar with face, gaze and a lamp that follows the mood.</summary>
    public static class SampleAvatar
    {
        const string Folder = "Assets/Eyebridge Avatar";
        const string Model = Folder + "/eyebridge_avatar.glb";

        [MenuItem("GameObject/Eyebridge/Sample Avatar")]
        public static void Create()
        {
            if (!File.Exists(Model) && !Copy()) return;
            var model = AssetDatabase.LoadAssetAtPath<GameObject>(Model);
            if (model != null) Build(model);
            else EditorUtility.DisplayDialog("Eyebridge", "Unity cannot read glTF files by itself. Add the package "
                + "com.unity.cloud.gltfast in the Package Manager, then choose this menu item again.", "OK");
        }

        static bool Copy()
        {
            var source = EditorUtility.OpenFilePanel("samples/avatar/eyebridge_avatar.glb of eyebridge", "", "glb");
            if (string.IsNullOrEmpty(source)) return false;
            Directory.CreateDirectory(Folder);
            File.Copy(source, Model);
            AssetDatabase.ImportAsset(Model);
            return true;
        }

        static void Build(GameObject model)
        {
            var avatar = (GameObject)PrefabUtility.InstantiatePrefab(model);
            Undo.RegisterCreatedObjectUndo(avatar, "Sample Avatar");
            avatar.AddComponent<EyebridgeFace>();
            avatar.AddComponent<EyebridgeGaze>();

            var lamp = new GameObject("Mood Lamp");
            Undo.RegisterCreatedObjectUndo(lamp, "Sample Avatar");
            lamp.transform.position = new Vector3(0.5f, 0.5f, 1);
            var light = lamp.AddComponent<Light>();
            light.type = LightType.Point;
            light.range = 5;
            lamp.AddComponent<EyebridgeLight>();
            Selection.activeGameObject = avatar;
        }
    }
}
