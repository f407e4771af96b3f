using UnityEngine;

namespace Eyebridge
{
    /// <summary>The mood's light within the artist's limits: what to multiply the scene's own light by.</summary>
    public struct Mood
    {
        /// <summary>Linear, 1 leaves a colour as it is.</summary>
        public Color Tint;

        public float Brightness;

        /// <summary>Kelvin, of the light as it was sent.</summary>
        public float Temperature;

        /// <summary>The light of a frame's values; at strength 0, and when frames stop, it changes nothing.</summary>
        public static Mood Of(float[] values, float strength, float darkest, float brightest)
        {
            var n = Protocol.Light;
            return new Mood
            {
                Tint = Color.Lerp(Color.white, new Color(values[n], values[n + 1], values[n + 2]), strength),
                Brightness = Mathf.Clamp(Mathf.Lerp(1, values[n + 3], strength), darkest, brightest),
                Temperature = values[n + 4],
            };
        }

        /// <summary>A colour of the artist's, in the light of this mood. Unity keeps colours in sRGB.</summary>
        public Color On(Color own)
        {
            var linear = own.linear;
            return new Color(linear.r * Tint.r, linear.g * Tint.g, linear.b * Tint.b, own.a).gamma;
        }

        /// <summary>Likewise, for what has no brightness of its own.</summary>
        public Color OnWithBrightness(Color own)
        {
            var linear = own.linear;
            return new Color(linear.r * Tint.r * Brightness, linear.g * Tint.g * Brightness,
                linear.b * Tint.b * Brightness, own.a).gamma;
        }
    }
}
