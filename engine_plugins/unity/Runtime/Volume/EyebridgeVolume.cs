using UnityEngine;
using UnityEngine.Rendering;
#if EYEBRIDGE_URP
using UnityEngine.Rendering.Universal;
#else
using UnityEngine.Rendering.HighDefinition;
#endif

namespace Eyebridge
{
    /// <summary>
    /// Tints the picture by post-processing, in URP and HDRP: a global volume of its own, above all others, whose
    /// colour filter takes the mood's light. It stands in for a colour filter of the scene's own volumes while it runs.
    /// </summary>
    [AddComponentMenu("Eyebridge/Eyebridge Volume")]
    [DisallowMultipleComponent]
    public sealed class EyebridgeVolume : EyebridgeDriver
    {
        const float AboveAll = 1000;

        [SerializeField, Range(0, 1), Tooltip("How far the mood may colour the picture.")]
        float strength = 0.3f;

        GameObject holder;
        VolumeProfile profile;
        ColorAdjustments adjustments;

        public override void Show(float[] values)
        {
            var tint = Mood.Of(values, strength, 1, 1).Tint;
            adjustments.colorFilter.value = tint.gamma;
        }

        protected override void Remember()
        {
            profile = ScriptableObject.CreateInstance<VolumeProfile>();
            profile.hideFlags = HideFlags.HideAndDontSave;
            adjustments = profile.Add<ColorAdjustments>();
            adjustments.colorFilter.Override(Color.white);
            holder = new GameObject("Eyebridge tint") { hideFlags = HideFlags.HideAndDontSave };
            var volume = holder.AddComponent<Volume>();
            volume.isGlobal = true;
            volume.priority = AboveAll;
            volume.sharedProfile = profile;
        }

        protected override void Restore()
        {
            DestroyImmediate(holder);
            DestroyImmediate(profile);
        }
    }
}
