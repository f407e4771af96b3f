using UnityEngine;
using UnityEngine.Rendering;
using UnityEngine.SceneManagement;

namespace Eyebridge
{
    /// <summary>
    /// Something of the scene that takes the mood's light, and takes its own back. Made when a driver starts.
    /// </summary>
    public interface ITinted
    {
        void Show(Mood mood);

        void Restore();
    }

    public sealed class TintedLight : ITinted
    {
        readonly Light light;
        readonly Color color;
        readonly float intensity;

        public TintedLight(Light light)
        {
            this.light = light;
            color = light.color;
            intensity = light.intensity;
        }

        public void Show(Mood mood) { Set(mood.On(color), intensity * mood.Brightness); }

        public void Restore() { Set(color, intensity); }

        void Set(Color newColor, float newIntensity)
        {
            if (light == null) return;
            light.color = newColor;
            light.intensity = newIntensity;
        }
    }

    /// <summary>
    /// The ambient light of the active scene: one colour, three, or the sky's strength, as the scene has it.
    /// </summary>
    public sealed class TintedAmbient : ITinted
    {
        readonly Scene scene = SceneManager.GetActiveScene();
        readonly Color sky = RenderSettings.ambientSkyColor;
        readonly Color equator = RenderSettings.ambientEquatorColor;
        readonly Color ground = RenderSettings.ambientGroundColor;
        readonly float intensity = RenderSettings.ambientIntensity;

        public void Show(Mood mood)
        {
            if (RenderSettings.ambientMode == AmbientMode.Skybox)
                Set(sky, equator, ground, intensity * mood.Brightness);
            else // a flat ambient is the sky's colour alone
                Set(mood.OnWithBrightness(sky), mood.OnWithBrightness(equator), mood.OnWithBrightness(ground),
                    intensity);
        }

        public void Restore() { Set(sky, equator, ground, intensity); }

        void Set(Color newSky, Color newEquator, Color newGround, float newIntensity)
        {
            if (SceneManager.GetActiveScene() != scene) return; // the settings of another scene are not ours
            RenderSettings.ambientSkyColor = newSky;
            RenderSettings.ambientEquatorColor = newEquator;
            RenderSettings.ambientGroundColor = newGround;
            RenderSettings.ambientIntensity = newIntensity;
        }
    }

    /// <summary>The sky of the active scene, by a copy of its material: the asset itself is never written to.</summary>
    public sealed class TintedSky : ITinted
    {
        static readonly int[] Tints = { Shader.PropertyToID("_Tint"), Shader.PropertyToID("_SkyTint") };
        static readonly int Exposure = Shader.PropertyToID("_Exposure");

        readonly Material own = RenderSettings.skybox;
        readonly Material copy;

        public TintedSky()
        {
            if (own == null) return;
            copy = new Material(own) { name = own.name + " (eyebridge)", hideFlags = HideFlags.HideAndDontSave };
            RenderSettings.skybox = copy;
        }

        public void Show(Mood mood)
        {
            if (copy == null) return;
            foreach (var tint in Tints)
                if (copy.HasProperty(tint)) copy.SetColor(tint, mood.On(own.GetColor(tint)));
            if (copy.HasProperty(Exposure)) copy.SetFloat(Exposure, own.GetFloat(Exposure) * mood.Brightness);
        }

        public void Restore()
        {
            if (copy == null) return;
            if (RenderSettings.skybox == copy) RenderSettings.skybox = own;
            Object.DestroyImmediate(copy);
        }
    }

    /// <summary>
    /// The mood for any shader: _EyebridgeTint (linear, alpha the brightness), _EyebridgeTemperature (kelvin).
    /// </summary>
    public sealed class TintedShaders : ITinted
    {
        static readonly int Tint = Shader.PropertyToID("_EyebridgeTint");
        static readonly int Temperature = Shader.PropertyToID("_EyebridgeTemperature");

        readonly Vector4 tint = Shader.GetGlobalVector(Tint);
        readonly float temperature = Shader.GetGlobalFloat(Temperature);

        public void Show(Mood mood)
        {
            // A vector and not a colour, which Unity would convert.
            Shader.SetGlobalVector(Tint, new Vector4(mood.Tint.r, mood.Tint.g, mood.Tint.b, mood.Brightness));
            Shader.SetGlobalFloat(Temperature, mood.Temperature);
        }

        public void Restore()
        {
            Shader.SetGlobalVector(Tint, tint);
            Shader.SetGlobalFloat(Temperature, temperature);
        }
    }
}
