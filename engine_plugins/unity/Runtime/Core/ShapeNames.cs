using System;
using System.Collections.Generic;

namespace Eyebridge
{
    /// <summary>
    /// A mesh's blendshape names, findable under the names that artists gave them before exporters prefixed them: all
    /// of "Face.M_F00_000_00_Fcl_EYE_Close", "blendShape1.eyeBlinkLeft" and "head__eyeBlinkLeft" are found by their
    /// ends.
    /// </summary>
    public sealed class ShapeNames
    {
        readonly Dictionary<string, int> found;

        /// <param name="prefixes">What may stand before a name, beside everything up to a point.</param>
        public ShapeNames(IList<string> names, IList<string> prefixes, bool ignoreCase)
        {
            var comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            found = new Dictionary<string, int>(ignoreCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
            // A whole name is worth more than an end of another one.
            for (var n = 0; n < names.Count; n++) Add(names[n], n);
            for (var n = 0; n < names.Count; n++)
            {
                Add(AfterPoint(names[n]), n);
                foreach (var prefix in prefixes)
                {
                    if (names[n].StartsWith(prefix, comparison)) Add(names[n].Substring(prefix.Length), n);
                    if (AfterPoint(names[n]).StartsWith(prefix, comparison))
                        Add(AfterPoint(names[n]).Substring(prefix.Length), n);
                }
            }
        }

        /// <summary>The index of a blendshape; negative where the mesh has none of that name.</summary>
        public int Find(string name)
        {
            int index;
            return found.TryGetValue(name, out index) ? index : -1;
        }

        void Add(string name, int index)
        {
            if (name.Length > 0 && !found.ContainsKey(name)) found.Add(name, index);
        }

        static string AfterPoint(string name) { return name.Substring(name.LastIndexOf('.') + 1); }
    }
}
