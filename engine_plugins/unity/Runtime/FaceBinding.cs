using System;
using System.Collections.Generic;
using UnityEngine;

namespace Eyebridge
{
    /// <summary>A mapping found on an avatar's meshes: 52 weights in, blendshape weights out.</summary>
    public sealed class FaceBinding
    {
        static readonly string[] NoPrefixes = new string[0];

        readonly List<Drive> drives = new List<Drive>();
        readonly List<Shape> shapes = new List<Shape>();
        readonly List<string> unmatched = new List<string>();
        float[] shares;

        /// <summary>The preset that was recognised; null where an asset says the mapping, or no preset fits.</summary>
        public readonly Preset Preset;

        /// <summary>"source → target" of each rule that moves a blendshape.</summary>
        public readonly IList<string> Matched = new List<string>();

        /// <summary>The same of each rule whose source is not a name of ours or whose target no mesh has.</summary>
        public IList<string> Unmatched { get { return unmatched; } }

        /// <summary>Finds a mapping on meshes and notes their weights; without one the preset that fits best.</summary>
        public FaceBinding(IList<SkinnedMeshRenderer> renderers, FaceMapping mapping)
        {
            var prefixes = mapping != null ? mapping.Prefixes : NoPrefixes;
            var ignoreCase = mapping == null || mapping.IgnoreCase;
            var meshes = new List<KeyValuePair<SkinnedMeshRenderer, ShapeNames>>();
            var all = new List<string>();
            foreach (var renderer in renderers)
            {
                if (renderer == null || renderer.sharedMesh == null) continue;
                var names = NamesOf(renderer.sharedMesh);
                all.AddRange(names);
                meshes.Add(new KeyValuePair<SkinnedMeshRenderer, ShapeNames>(
                    renderer, new ShapeNames(names, prefixes, ignoreCase)));
            }
            if (mapping != null)
            {
                foreach (var rule in mapping.Rules) Bind(meshes, rule.source, rule.target, rule.gain, rule.curve);
            }
            else
            {
                Preset = Preset.Detect(new ShapeNames(all, prefixes, ignoreCase));
                if (Preset != null)
                    foreach (var rule in Preset.Rules) Bind(meshes, rule.Source, rule.Target, rule.Gain, null);
            }
            shares = new float[shapes.Count];
        }

        /// <summary>Moves every bound shape from where the artist left it (0) towards its full extent (1).</summary>
        public void Apply(float[] weights, float strength)
        {
            Array.Clear(shares, 0, shares.Length);
            for (var n = 0; n < drives.Count; n++)
            {
                var drive = drives[n];
                var weight = weights[drive.Source];
                shares[drive.Shape] += drive.Gain * (drive.Curve == null ? weight : drive.Curve.Evaluate(weight));
            }
            for (var n = 0; n < shares.Length; n++)
            {
                var shape = shapes[n];
                Set(shape, shape.Rest + (shape.Full - shape.Rest) * shares[n] * strength);
            }
        }

        /// <summary>Puts the weights back that the constructor found.</summary>
        public void Restore()
        {
            foreach (var shape in shapes) Set(shape, shape.Rest);
        }

        static void Set(Shape shape, float weight)
        {
            // A mesh may have been destroyed, or replaced by one with fewer shapes, since.
            if (shape.Renderer != null && shape.Renderer.sharedMesh == shape.Mesh)
                shape.Renderer.SetBlendShapeWeight(shape.Index, weight);
        }

        static string[] NamesOf(Mesh mesh)
        {
            var names = new string[mesh.blendShapeCount];
            for (var n = 0; n < names.Length; n++) names[n] = mesh.GetBlendShapeName(n);
            return names;
        }

        void Bind(List<KeyValuePair<SkinnedMeshRenderer, ShapeNames>> meshes, string source, string target, float gain,
            AnimationCurve curve)
        {
            var index = Array.IndexOf(Protocol.WeightNames, source);
            var found = false;
            foreach (var mesh in meshes)
            {
                var shape = mesh.Value.Find(target);
                if (index < 0 || shape < 0) continue;
                found = true;
                drives.Add(new Drive { Source = index, Shape = IndexOf(mesh.Key, shape), Gain = gain, Curve = curve });
            }
            (found ? Matched : unmatched).Add(source + " → " + target);
        }

        int IndexOf(SkinnedMeshRenderer renderer, int index)
        {
            var known = shapes.FindIndex(shape => shape.Renderer == renderer && shape.Index == index);
            if (known >= 0) return known;
            var mesh = renderer.sharedMesh;
            shapes.Add(new Shape
            {
                Renderer = renderer,
                Mesh = mesh,
                Index = index,
                Rest = renderer.GetBlendShapeWeight(index),
                // 100 from most importers; where a shape ends at 1, as glTF counts, so does its weight.
                Full = mesh.GetBlendShapeFrameWeight(index, mesh.GetBlendShapeFrameCount(index) - 1),
            });
            return shapes.Count - 1;
        }

        struct Drive
        {
            public int Source, Shape;
            public float Gain;
            public AnimationCurve Curve;
        }

        sealed class Shape
        {
            public SkinnedMeshRenderer Renderer;
            public Mesh Mesh;
            public int Index;
            public float Rest, Full;
        }
    }
}
