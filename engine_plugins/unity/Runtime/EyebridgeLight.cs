using System;
using System.Collections.Generic;
using UnityEngine;
using UnityEngine.Events;

namespace Eyebridge
{
    /// <summary>
    /// Lets the scene's light follow the wearer's mood. It multiplies what the artist has set, so a calm mood is the
    /// artist's own light.
    /// </summary>
    [AddComponentMenu("Eyebridge/Eyebridge Light")]
    [DisallowMultipleComponent]
    public sealed class EyebridgeLight : EyebridgeDriver
    {
        [Serializable]
        public sealed class ColorEvent : UnityEvent<Color> { }

        [SerializeField, Tooltip("Empty: all on this object and below.")]
        Light[] lights = new Light[0];

        [SerializeField, Tooltip("The scene's ambient light.")]
        bool ambient = true;

        [SerializeField, Tooltip("The scene's skybox, where its shader has a tint or an exposure.")]
        bool sky = false;

        [SerializeField, Tooltip("_EyebridgeTint and _EyebridgeTemperature for your own shaders.")]
        bool shaders = true;

        [SerializeField, Range(0, 1), Tooltip("How far the mood may colour the light.")]
        float strength = 1;

        [SerializeField, Range(0, 1), Tooltip("The least share of their own brightness that lights keep.")]
        float darkest = 0.5f;

        [SerializeField, Range(1, 2), Tooltip("The most.")]
        float brightest = 1.5f;

        [SerializeField, Tooltip("Gets the tint, linear, every frame: for post-processing or anything else. It gets "
            + "white when the driver is switched off.")]
        ColorEvent tint = new ColorEvent();

        // A light that two drivers share would be remembered by one as the other had tinted it.
        static readonly HashSet<object> Taken = new HashSet<object>();

        readonly List<object> taken = new List<object>();
        readonly List<ITinted> parts = new List<ITinted>();

        public ColorEvent Tint { get { return tint; } }

        public override void Show(float[] values)
        {
            var mood = Mood.Of(values, strength, darkest, brightest);
            for (var n = 0; n < parts.Count; n++) parts[n].Show(mood);
            tint.Invoke(mood.Tint);
        }

        protected override void Remember()
        {
            foreach (var lamp in lights.Length > 0 ? lights : GetComponentsInChildren<Light>(true))
                if (lamp != null && Take(lamp)) parts.Add(new TintedLight(lamp));
            if (ambient && Take(typeof(TintedAmbient))) parts.Add(new TintedAmbient());
            if (sky && Take(typeof(TintedSky))) parts.Add(new TintedSky());
            if (shaders && Take(typeof(TintedShaders))) parts.Add(new TintedShaders());
        }

        protected override void Restore()
        {
            foreach (var part in parts) part.Restore();
            foreach (var owned in taken) Taken.Remove(owned);
            parts.Clear();
            taken.Clear();
            tint.Invoke(Color.white);
        }

        bool Take(object owned)
        {
            if (!Taken.Add(owned)) return false;
            taken.Add(owned);
            return true;
        }
    }
}
