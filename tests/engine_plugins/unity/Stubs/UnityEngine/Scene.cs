using System.Collections.Generic;
using UnityEngine.Rendering;

namespace UnityEngine
{
    public sealed class Mesh : Object
    {
        readonly List<string> names = new List<string>();
        readonly List<float> full = new List<float>();

        public Vector3[] vertices { get; set; }
        public int blendShapeCount { get { return names.Count; } }

        public string GetBlendShapeName(int shapeIndex) { return names[shapeIndex]; }

        public int GetBlendShapeFrameCount(int shapeIndex) { return 1; }

        public float GetBlendShapeFrameWeight(int shapeIndex, int frameIndex) { return full[shapeIndex]; }

        public void AddBlendShapeFrame(string shapeName, float frameWeight, Vector3[] deltaVertices,
            Vector3[] deltaNormals, Vector3[] deltaTangents)
        {
            names.Add(shapeName);
            full.Add(frameWeight);
        }
    }

    public sealed class SkinnedMeshRenderer : Component
    {
        float[] weights = new float[0];
        Mesh mesh;

        public Mesh sharedMesh
        {
            get { return mesh; }
            set
            {
                mesh = value;
                weights = new float[mesh.blendShapeCount];
            }
        }

        public float GetBlendShapeWeight(int index) { return weights[index]; }

        public void SetBlendShapeWeight(int index, float value) { weights[index] = value; }
    }

    public enum LightType { Spot, Directional, Point }

    public sealed class Light : Behaviour
    {
        public Light()
        {
            color = Color.white;
            intensity = 1;
        }

        public Color color { get; set; }
        public float intensity { get; set; }
        public LightType type { get; set; }
        public float range { get; set; }
    }

    public enum HumanBodyBones { LeftEye = 21, RightEye = 22 }

    public sealed class Animator : Behaviour
    {
        public bool isHuman { get; set; }
        public Transform LeftEye, RightEye;

        public Transform GetBoneTransform(HumanBodyBones bone)
        {
            return bone == HumanBodyBones.LeftEye ? LeftEye : RightEye;
        }
    }

    public static class Shader
    {
        static readonly List<string> Names = new List<string>();
        static readonly Dictionary<int, Vector4> Vectors = new Dictionary<int, Vector4>();
        static readonly Dictionary<int, float> Floats = new Dictionary<int, float>();

        public static int PropertyToID(string name)
        {
            if (!Names.Contains(name)) Names.Add(name);
            return Names.IndexOf(name);
        }

        public static Vector4 GetGlobalVector(int id) { return Vectors.ContainsKey(id) ? Vectors[id] : new Vector4(); }

        public static void SetGlobalVector(int id, Vector4 value) { Vectors[id] = value; }

        public static float GetGlobalFloat(int id) { return Floats.ContainsKey(id) ? Floats[id] : 0; }

        public static void SetGlobalFloat(int id, float value) { Floats[id] = value; }

        public static void SetGlobalFloat(string name, float value) { SetGlobalFloat(PropertyToID(name), value); }
    }

    public sealed class Material : Object
    {
        readonly Dictionary<int, Color> colors = new Dictionary<int, Color>();
        readonly Dictionary<int, float> floats = new Dictionary<int, float>();

        public Material(string name) { this.name = name; }

        public Material(Material source)
        {
            name = source.name;
            foreach (var pair in source.colors) colors.Add(pair.Key, pair.Value);
            foreach (var pair in source.floats) floats.Add(pair.Key, pair.Value);
        }

        public bool HasProperty(int id) { return colors.ContainsKey(id) || floats.ContainsKey(id); }

        public Color GetColor(int id) { return colors[id]; }

        public void SetColor(int id, Color value) { colors[id] = value; }

        public float GetFloat(int id) { return floats[id]; }

        public void SetFloat(int id, float value) { floats[id] = value; }
    }

    public static class RenderSettings
    {
        static RenderSettings()
        {
            ambientSkyColor = new Color(0.2f, 0.25f, 0.3f);
            ambientEquatorColor = new Color(0.11f, 0.12f, 0.13f);
            ambientGroundColor = new Color(0.05f, 0.04f, 0.03f);
            ambientIntensity = 1;
        }

        public static AmbientMode ambientMode { get; set; }
        public static Color ambientSkyColor { get; set; }
        public static Color ambientEquatorColor { get; set; }
        public static Color ambientGroundColor { get; set; }
        public static float ambientIntensity { get; set; }
        public static Material skybox { get; set; }

        public static Color ambientLight
        {
            get { return ambientSkyColor; }
            set { ambientSkyColor = value; }
        }
    }
}

namespace UnityEngine.Rendering
{
    public enum AmbientMode { Skybox = 0, Trilight = 1, Flat = 3, Custom = 4 }
}

namespace UnityEngine.SceneManagement
{
    public struct Scene
    {
        public int handle { get; set; }

        public static bool operator ==(Scene a, Scene b) { return a.handle == b.handle; }

        public static bool operator !=(Scene a, Scene b) { return !(a == b); }

        public override bool Equals(object other) { return other is Scene && this == (Scene)other; }

        public override int GetHashCode() { return handle; }
    }

    public static class SceneManager
    {
        public static Scene Active;

        public static Scene GetActiveScene() { return Active; }
    }
}
