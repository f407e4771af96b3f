using System;
using System.Collections.Generic;
using UnityEngine;

namespace Eyebridge
{
    /// <summary>Which weight drives which blendshape of an avatar, and how: an asset that the artist edits.</summary>
    [CreateAssetMenu(menuName = "Eyebridge/Face Mapping", fileName = "Face Mapping")]
    public sealed class FaceMapping : ScriptableObject
    {
        [Serializable]
        public sealed class Rule
        {
            [Tooltip("One of ARKit's 52 names; left is the wearer's left.")]
            public string source = "";

            [Tooltip("The avatar's blendshape, with or without what the exporter put before its name.")]
            public string target = "";

            [Range(0, 2), Tooltip("Rules with one target add up: two sides that share a shape get a half each.")]
            public float gain = 1;

            [Tooltip("From the weight, 0 to 1, to how far the shape moves, before the gain.")]
            public AnimationCurve curve = AnimationCurve.Linear(0, 0, 1, 1);
        }

        [SerializeField] List<Rule> rules = new List<Rule>();

        [SerializeField, Tooltip("What may stand before the names; everything up to a point may in any case.")]
        List<string> prefixes = new List<string>();

        [SerializeField] bool ignoreCase = true;

        public IList<Rule> Rules { get { return rules; } }
        public IList<string> Prefixes { get { return prefixes; } }

        public bool IgnoreCase
        {
            get { return ignoreCase; }
            set { ignoreCase = value; }
        }

        /// <summary>Changes whenever the mapping does.</summary>
        public int Revision { get; private set; }

        /// <summary>Replaces the rules by those of a preset.</summary>
        public void Use(Preset preset)
        {
            rules.Clear();
            foreach (var rule in preset.Rules)
                rules.Add(new Rule { source = rule.Source, target = rule.Target, gain = rule.Gain });
            Changed();
        }

        /// <summary>Says that the rules were changed by a script.</summary>
        public void Changed() { Revision++; }

        void OnValidate() { Changed(); }
    }
}
