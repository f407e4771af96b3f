using System.Collections.Generic;

namespace UnityEngine.Rendering
{
    public class VolumeParameter<T>
    {
        public bool overrideState { get; set; }
        public T value { get; set; }

        public void Override(T newValue)
        {
            overrideState = true;
            value = newValue;
        }
    }

    public sealed class ColorParameter : VolumeParameter<Color> { }

    public class VolumeComponent : ScriptableObject { }

    public sealed class VolumeProfile : ScriptableObject
    {
        public readonly List<VolumeComponent> components = new List<VolumeComponent>();

        public T Add<T>(bool overrides = false) where T : VolumeComponent, new()
        {
            var component = new T();
            components.Add(component);
            return component;
        }
    }

    public sealed class Volume : MonoBehaviour
    {
        public bool isGlobal { get; set; }
        public float priority { get; set; }
        public VolumeProfile sharedProfile { get; set; }
    }
}

namespace UnityEngine.Rendering.Universal
{
    public sealed class ColorAdjustments : VolumeComponent
    {
        public ColorParameter colorFilter = new ColorParameter();
    }
}

namespace UnityEngine.Rendering.HighDefinition
{
    public sealed class ColorAdjustments : VolumeComponent
    {
        public ColorParameter colorFilter = new ColorParameter();
    }
}
